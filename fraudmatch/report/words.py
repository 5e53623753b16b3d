"""Words for what the tables hold as codes: one place, so that every report says the same."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping

from fraudmatch.schemas import DATASETS, NumberText, RuleText

#: Printed on every page, sheet and screen.
NOT_A_FINDING = (
    "A flag is an inconsistency between records to look into. It is not a finding against anyone: "
    "many flags have an innocent explanation, and only a person decides."
)

#: What a reader gets to know of another partner's record.
DISCLOSURE = (
    "Of another partner's record you see whose it is, its data set, its reference and whom to ask, "
    "and on which fields it agrees with yours. Ask the contact for more."
)

#: Amounts of the four classes mean different things and are never summed with one another.
VALUE_CLASSES = (
    "Actual is money paid or lost that the records show. Estimate is worked out from the records. "
    "Notional is a published average. Prevented is money that was stopped before it was paid. They are "
    "never added together, and the same money may stand under two rules."
)

#: Comparison under which EVIDENCE may hold a model's starting point; it is not a field.
PRIOR = "prior"

#: Comparisons that look for one unusual thing, such as swapped names. Finding it means the records
#: nearly agree; not finding it, the usual case, says nothing to a reader.
ONLY_IF_FOUND = frozenset({"name_order", "name_place"})

_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip

_COMPARISONS = {
    "address": "address",
    "bank": "bank account",
    "building": "building",
    "charity_number": "charity number",
    "company_number": "company number",
    "correspondence_postcode": "correspondence postcode",
    "correspondence": "correspondence postcode",
    "creditor": "creditor reference",
    "date_of_birth": "date of birth",
    "email": "e-mail",
    "flat": "flat",
    "forename": "first name",
    "invoice_date": "invoice date",
    "invoice_ref": "invoice number",
    "middle_name": "middle names",
    "name": "name",
    "name_order": "first name and surname, swapped",
    "name_place": "first name, given as a middle name",
    "nino": "National Insurance number",
    "number": "house number",
    "phone": "telephone",
    "postcode": "postcode",
    PRIOR: "starting point",
    "sex": "sex",
    "street": "street",
    "suffix": "name suffix",
    "supplier": "name of the supplier",
    "surname": "surname",
    "title": "title",
    "town": "town",
    "trading_name": "trading name",
    "uprn": "property reference (UPRN)",
    "vat_number": "VAT number",
}

_RELATIONS = {
    "person": "the same person",
    "property": "the same property",
    "organisation": "the same organisation",
    "account": "the same bank account",
    "payment": "the same payment",
    "phone": "the same telephone number",
    "email": "the same e-mail address",
    "equal": "details that agree, as the reasons say",
    "none": "nothing, the rule looks at single records",
}

_FIELDS = {
    "name_as_written": "Name",
    "address_as_written": "Address",
    "date_of_birth": "Date of birth",
    "nino": "National Insurance number",
    "uprn": "UPRN",
    "vat_number": "VAT number",
}

#: Lowest probability of each word; below the last it is "weak". The cuts are ours: a
#: thousandth, a hundredth, a twentieth and a fifth of such links are expected to be wrong.
IDENTITY_WORDS: tuple[tuple[float, str], ...] = (
    (0.999, "very strong"),
    (0.99, "strong"),
    (0.95, "good"),
    (0.8, "fair"),
)
IDENTITY_WEAK = "weak"
IDENTITY_NOT_NEEDED = "not needed"


def identity_words(probability: float | None) -> str:
    """How sure the link is; None where the rule does not rest on one."""
    if probability is None:
        return IDENTITY_NOT_NEEDED
    # FLAGS hold float32: 0.95 arrives as 0.949999988
    exact = round(probability, 6)
    return next((word for least, word in IDENTITY_WORDS if exact >= least), IDENTITY_WEAK)


def comparison_label(comparison: str) -> str:
    """A comparison of a model in plain English: `nino` -> "National Insurance number"."""
    return _COMPARISONS.get(comparison, comparison.replace("_", " "))


def relation_label(relation: str, grouped_by: str = "") -> str:
    """What a rule's two records, or the members of a group, are said to share."""
    return _RELATIONS.get(grouped_by or relation, relation)


def dataset_title(dataset: str | None) -> str:
    """Title of a data set; a name unknown to the schemas is printed as it stands."""
    if dataset is None:
        return "not recognised"
    return DATASETS[dataset].title if dataset in DATASETS else dataset


def field_heading(field: str) -> str:
    """Column heading of a field: `discount_annual_pence` -> "Discount annual (£)"."""
    if field in _FIELDS:
        return _FIELDS[field]
    stem, unit = field, ""
    if field.endswith("_pence"):
        stem, unit = field.removesuffix("_pence"), " (£)"
    elif field.endswith("_hundredths"):
        stem = field.removesuffix("_hundredths")
    words = stem.replace("_", " ")
    return words[:1].upper() + words[1:] + unit


def fact_phrase(fact: str, reasons: Mapping[str, str]) -> str:
    """The rule's phrase of a fact, or its name with spaces."""
    return reasons.get(fact) or fact.replace("_", " ")


_BASES = {"law": "law", "policy": "policy", "published": "published", "design": "a choice of this library"}


def number_words(number: NumberText) -> str:
    """ "Blue badge cancelled: £650.00 (published, to be verified)"."""
    unread = ", to be verified" if number.standing == "unverified" else ""
    return f"{number.label}: {number.amount} ({_BASES[number.basis]}{unread})"


def numbers_in_words(numbers: Iterable[NumberText]) -> str:
    """The numbers a rule goes by in one line; "" when there are none."""
    return "; ".join(number_words(number) for number in numbers)


def numbers_gone_by(rules: Iterable[RuleText]) -> dict[str, list[str]]:
    """Each number these rules go by in words, once -> ids of the rules; in the order the rules name them."""
    found: dict[str, list[str]] = {}
    for rule in rules:
        for number in rule.numbers:
            ids = found.setdefault(number_words(number), [])
            ids += [] if rule.id in ids else [rule.id]
    return found


def unverified_values(rules: Iterable[RuleText]) -> str:
    """A sentence on the amounts of these rules whose source nobody has read; "" when there are none."""
    found = {
        (number.name, f"{number.label} {number.amount}")
        for rule in rules
        for number in rule.numbers
        if number.scope == "value" and number.standing == "unverified"
    }
    if not found:
        return ""
    return f"Still to be verified, for each confirmed case: {'; '.join(words for _, words in sorted(found))}."


def long_date(day: dt.date) -> str:
    """ "22 November 2026", whatever the locale."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def pounds(pence: int | None) -> str:
    """Pence as "£1,234.50" or "-£1.00"; an en dash for none."""
    if pence is None:
        return "–"
    whole, rest = divmod(abs(pence), 100)
    return f"{'-' if pence < 0 else ''}£{whole:,}.{rest:02d}"


def counted(number: int, noun: str) -> str:
    """ "1 flag", "1,200 flags"."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
