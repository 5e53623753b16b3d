"""Every column a rule may name: what it is called, its kind and what it means.

`docs/writing-a-rule.md` is checked against this module by a test.
"""

from __future__ import annotations

from fraudmatch import schemas
from fraudmatch.scoring.kernels import KIND_OF_TYPE
from fraudmatch.scoring.nodes import Column, Kind

#: Columns of RECORDS that no rule may read: plumbing that would make a rule depend on the
#: order of rows, and what is only for display.
WITHHELD = frozenset({"record_id", "delivery", "source_row", "name_as_written", "address_as_written"})

_RECORD_COLUMNS = {
    field.name: Column(KIND_OF_TYPE[field.type]) for field in schemas.RECORDS if field.name not in WITHHELD
}

#: Derived for every data set: name -> (column, meaning).
DERIVED: dict[str, tuple[Column, str]] = {
    "age": (Column(Kind.NUMBER), "completed years at the as-at date; unknown without a date of birth"),
    "valid_from": (Column(Kind.DATE), "first day of the entitlement or liability of the data set"),
    "valid_to": (Column(Kind.DATE), "last day of it; unknown = running"),
    "running": (
        Column(Kind.TRUTH),
        "has started, and has no end or ends after the as-at date; never unknown",
    ),
    "deceased": (Column(Kind.TRUTH), "the linked person has a record of death by the as-at date"),
    "newer_address": (
        Column(Kind.TRUTH),
        "the linked person has a running entry at another property that began after this one did"
        " (electoral register, council tax or tenancy)",
    ),
    "account_users": (
        Column(Kind.NUMBER),
        "different creditor names that share the bank account, all partners together",
    ),
    "resident_here": (
        Column(Kind.TRUTH),
        "the linked person has a running entry at this property: electoral register, council tax (not for a"
        " second or empty home) or tenancy",
    ),
    "others_with_nino": (
        Column(Kind.NUMBER),
        "records that carry the same National Insurance number and are of another person, with another date"
        " of birth and another surname or forename; all partners together, without widows' pensions",
    ),
    "recent_homes": (
        Column(Kind.NUMBER),
        "different homes that the linked person gave in as many different data sets within the last year, in"
        " running records that bear a date of birth or a National Insurance number",
    ),
}

_NINO_KIND = {
    "nino_kind": (
        Column(Kind.TEXT, ("valid", "temporary", "invalid")),
        "what stands in the National Insurance number of the first party; unknown when nothing does",
    )
}

_AT_HOME: dict[str, tuple[Column, str]] = {
    "adults_registered": (
        Column(Kind.NUMBER),
        "different persons on the electoral register at the property, running, adult or of unknown age;"
        " unknown, not 0, where the partner sent no register",
    ),
    "registered_here": (
        Column(Kind.TRUTH),
        "the linked person has a running register entry at this property; unknown, not false, where the"
        " partner sent no register",
    ),
    "registered_elsewhere": (
        Column(Kind.TRUTH),
        "the linked person has a running register entry at another property; unknown when nobody sent a"
        " register",
    ),
}

#: Derived for single data sets: data set -> name -> (column, meaning).
DERIVED_OF: dict[str, dict[str, tuple[Column, str]]] = {
    "business_rates": {
        "charity_numbers_sent": (
            Column(Kind.TRUTH),
            "the partner sent a charity number on any account, so that a blank says something; never unknown",
        ),
        "officer_network": (
            Column(Kind.TEXT),
            "the smallest company number among the ratepayers that shared officers join, directly or through"
            " others; unknown for a company that shares none",
        ),
        "on_charity_register": (
            Column(Kind.TRUTH),
            "the charity number is on the register at the as-at date; unknown without a number, and when no"
            " register that holds numbers of its kind was sent",
        ),
        "charity_removed": (
            Column(Kind.DATE),
            "day on which the last entry with the charity number was removed; unknown while it is on the register",
        ),
        "charity_continues": (
            Column(Kind.TRUTH),
            "another number is on the register under the name of the ratepayer, or of the removed charity; never"
            " unknown",
        ),
    },
    "council_tax": _AT_HOME,
    "housing_tenancy": _AT_HOME
    | {
        "survivor": (
            Column(Kind.TRUTH),
            "another living person holds a running tenancy of the same partner and property reference",
        ),
    },
    "payroll": _NINO_KIND,
    "council_tax_reduction": _NINO_KIND,
    "company_officer": {
        "company_creditors": (
            Column(Kind.NUMBER),
            "live supplier records with the company's number, all partners together; unknown without a number",
        ),
        "company_declared": (
            Column(Kind.TRUTH),
            "an employee's interest in one of these is declared; unknown without a number",
        ),
    },
    "grant": {
        "scheme_key": (
            Column(Kind.TEXT),
            "the name of the scheme in capitals, letters and digits only",
        ),
        "award_net_pence": (
            Column(Kind.NUMBER),
            "what was paid under the award (partner and award reference agree) less what was repaid; unknown when one amount is",
        ),
        "first_of_award": (
            Column(Kind.TRUTH),
            "the first payment of the award, so that an award is flagged once; never unknown",
        ),
        "premises_rated": (
            Column(Kind.TRUTH),
            "business rates are known at the premises, of whatever date; unknown, not false, where the partner sent none",
        ),
        "rated_on_day": (
            Column(Kind.TRUTH),
            "somebody was liable for business rates at the premises on the day paid; unknown without the day, and where the partner sent none",
        ),
    },
    "creditor": {
        "vat_charged_pence": (
            Column(Kind.NUMBER),
            "VAT in all payments of this partner to this creditor; unknown when none says its VAT",
        ),
        "vat_numbers_sent": (
            Column(Kind.TRUTH),
            "the partner's creditors have VAT numbers, at least one of them; never unknown",
        ),
    },
    "payment": {
        "invoice_ref_clean": (
            Column(Kind.TEXT),
            "the invoice number in capitals, letters and digits only, without INV, REF, NO and leading zeros",
        ),
        "same_amount_count": (
            Column(Kind.NUMBER),
            "payments of this partner to this creditor of exactly this gross, this one included",
        ),
        "credited": (
            Column(Kind.TRUTH),
            "a credit note or reversal of the opposite gross for the creditor within 120 days",
        ),
        "document_gross_pence": (
            Column(Kind.NUMBER),
            "gross of all lines of the document: partner, creditor, cleaned invoice number, invoice date"
            " and payment date agree; unknown when that of one line is",
        ),
        "document_vat_pence": (
            Column(Kind.NUMBER),
            "VAT of all lines of the document; unknown when that of one line is",
        ),
        "document_lines": (
            Column(Kind.NUMBER),
            "payments that make up the document, this one included; never unknown",
        ),
        "series_length": (
            Column(Kind.NUMBER),
            "documents of equal gross for the creditor when there are three or more and every gap between"
            " neighbours is within a fifth of the median gap; otherwise 0",
        ),
        "reference_creditors": (
            Column(Kind.NUMBER),
            "different creditors of this partner paid under the same cleaned invoice number",
        ),
        "reference_days": (
            Column(Kind.NUMBER),
            "different payment days on which this creditor was paid under the same cleaned invoice number",
        ),
    },
}

#: pair.*: name -> (column, meaning).
PAIR: dict[str, tuple[Column, str]] = {
    "same_partner": (Column(Kind.TRUTH), "both sides come from one partner"),
    "same_property": (Column(Kind.TRUTH), "linked to one property"),
    "same_person": (Column(Kind.TRUTH), "linked as one person"),
    "same_organisation": (Column(Kind.TRUTH), "linked as one organisation"),
    "same_account": (Column(Kind.TRUTH), "linked to one bank account"),
    "identity_confirmed": (
        Column(Kind.TRUTH),
        "date of birth or National Insurance number of one side agrees with the other side, or with"
        " another record of the linked person at the other side's property; never unknown",
    ),
    "named_on_row": (
        Column(Kind.TRUTH),
        "linked to somebody named on the other side's row, as first or as second party; never unknown",
    ),
    "shared_officers": (
        Column(Kind.NUMBER),
        "officers in office in the companies of both sides, by surname, forename and month of birth; unknown"
        " where the company is one or not known",
    ),
    "shared_officers_at_address": (
        Column(Kind.NUMBER),
        "those of them whose postcode agrees",
    ),
    "same_nino": (Column(Kind.TRUTH), "National Insurance numbers agree"),
    "same_date_of_birth": (Column(Kind.TRUTH), "dates of birth agree, day and month perhaps changed over"),
    "same_surname": (Column(Kind.TRUTH), "surnames agree"),
    "same_forename": (
        Column(Kind.TRUTH),
        "first forenames agree; unknown when one is an initial that fits the other",
    ),
    "same_initial": (Column(Kind.TRUTH), "forenames begin with one letter"),
    "same_contact": (Column(Kind.TRUTH), "telephone or e-mail agree; false when one differs and none agrees"),
    "same_address_parts": (
        Column(Kind.TRUTH),
        "flat, number and postcode all agree; false when one differs; unknown otherwise",
    ),
    "overlap_days": (
        Column(Kind.NUMBER),
        "days on which both ran, up to the as-at date; unknown when a start is unknown",
    ),
    "start_gap_days": (Column(Kind.NUMBER), "right.valid_from minus left.valid_from"),
    "name_similarity": (
        Column(Kind.NUMBER),
        "0 to 1: how alike the names are, words in any order (normalised indel similarity)",
    ),
    "reference_distance": (
        Column(Kind.NUMBER),
        "payments: edits between the cleaned invoice numbers, a swap of neighbours being one; O and 0,"
        " I and 1, S and 5 are alike",
    ),
    "reference_step": (
        Column(Kind.NUMBER),
        "payments: difference of the numbers at the end of the invoice numbers; unknown unless the rest"
        " agrees",
    ),
}

#: group.*: name -> (column, meaning); `group.sum_<detail>` of every detail that is a number besides.
GROUP: dict[str, tuple[Column, str]] = {
    "size": (Column(Kind.NUMBER), "members: records of the group, both parties of a joint row counted"),
    "persons": (
        Column(Kind.NUMBER),
        "different linked persons among the members; a member whom nobody linked counts as one",
    ),
    "partners": (Column(Kind.NUMBER), "different partners among the members"),
    "references": (Column(Kind.NUMBER), "different source references of the partners among the members"),
    "earliest": (Column(Kind.DATE), "the earliest known valid_from among the members"),
    "latest": (Column(Kind.DATE), "the latest known valid_from among the members"),
}
_SUM = "sum_"

#: link.*: the models' view of the pair; `link.<comparison>_level` of the person model besides.
LINK: dict[str, tuple[Column, str]] = {
    f"{model}_{what}": (
        Column(Kind.NUMBER),
        f"{meaning} of the {model} model; unknown where it does not apply",
    )
    for model in ("person", "organisation", "payment")
    for what, meaning in (("weight", "match weight (log2)"), ("probability", "match probability"))
}

RUN: dict[str, tuple[Column, str]] = {"as_at": (Column(Kind.DATE), "the date the exercise speaks of")}


def _plain(described: dict[str, tuple[Column, str]]) -> dict[str, Column]:
    return {name: column for name, (column, _) in described.items()}


def side_columns(dataset: str) -> dict[str, Column]:
    """Columns of a record of `dataset`: RECORDS, its details and what is derived."""
    details = {
        field.name: Column(KIND_OF_TYPE[field.type], field.codes)
        for field in schemas.DATASETS[dataset].details
    }
    return _RECORD_COLUMNS | details | _plain(DERIVED) | _plain(DERIVED_OF.get(dataset, {}))


def group_columns(dataset: str) -> dict[str, Column]:
    """Columns of a group of records of `dataset`: those of `GROUP`, and the sums of its numbers."""
    details = side_columns(dataset)
    numbers = (f.name for f in schemas.DATASETS[dataset].details if details[f.name].kind is Kind.NUMBER)
    return _plain(GROUP) | {_SUM + name: Column(Kind.NUMBER) for name in numbers}


def summed_detail(name: str) -> str | None:
    """The detail that `group.<name>` is the sum of; None for the other columns."""
    return name.removeprefix(_SUM) if name not in GROUP else None


PAIR_COLUMNS = _plain(PAIR)
LINK_COLUMNS = _plain(LINK)
RUN_COLUMNS = _plain(RUN)
