"""A new rule file: commented, with facts and examples that work, whose words are left to its writer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from fraudmatch.report.words import dataset_title
from fraudmatch.schemas import DATASETS
from fraudmatch.scoring import Library

RELATIONS = ("person", "property", "organisation", "account", "payment", "phone", "email", "equal")

#: Data sets whose records mostly have neither date of birth nor National Insurance number: of the council
#: tax of the sample 38 % have a date of birth, of the electoral register 1 % (those about to be 18).
SELDOM_IDENTIFIED = frozenset(
    {
        "electoral_register", "council_tax", "business_rates", "creditor", "payment", "grant",
        "charity_register", "company_officer",
    }
)  # fmt: skip

#: The code columns that say where a record stands, with the code of one in force; dates alone do not tell.
_IN_FORCE = {
    "waiting_list": ("application_status", "active", "cancelled"),
    "blue_badge": ("badge_status", "live", "cancelled"),
    "permit": ("permit_status", "live", "cancelled"),
    "licence": ("licence_status", "live", "revoked"),
    "creditor": ("creditor_status", "live", "dormant"),
}

#: The days of the drawn cases; examples speak of 1 April 2026 unless they say otherwise.
_LONG_AGO, _SINCE, _LATELY, _ENDED = "2025-01-01", "2025-06-01", "2026-03-01", "2025-12-31"


@dataclass(frozen=True)
class _Who:
    """The fact that says who is who, as it fits a relation.

    Attributes:
        yes / no: what makes it true and not true in an example, by section.
    """

    name: str
    expression: str
    reason: str
    yes: dict[str, str]
    no: dict[str, str]


_WHO = {
    "person": _Who(
        "well_identified", "coalesce(pair.same_date_of_birth, false) or coalesce(pair.same_nino, false)",
        "date of birth or National Insurance number agree",
        {"pair": "same_date_of_birth = true"}, {"pair": "same_date_of_birth = false"},
    ),
    "property": _Who(
        "someone_else", "not pair.named_on_row and link.person_probability < param.someone_else_probability",
        "the two are not the same person",
        {"link": "person_probability = 0.001"}, {"link": "person_probability = 0.98"},
    ),
    "organisation": _Who(
        "well_identified", "link.organisation_probability >= 0.95", "the two are surely one organisation",
        {"link": "organisation_probability = 0.99"}, {"link": "organisation_probability = 0.7"},
    ),
    "account": _Who(
        "own_account", "left.account_users <= 2", "hardly anybody else uses the bank account",
        {"left": "account_users = 2"}, {"left": "account_users = 9"},
    ),
    "payment": _Who(
        "same_gross", "left.gross_pence = right.gross_pence", "one amount",
        {"left": "gross_pence = 10000", "right": "gross_pence = 10000"},
        {"left": "gross_pence = 10000", "right": "gross_pence = 9000"},
    ),
    "phone": _Who(
        "someone_else", "not coalesce(pair.same_surname, false)", "the surnames differ",
        {"pair": "same_surname = false"}, {"pair": "same_surname = true"},
    ),
    "email": _Who(
        "someone_else", "not coalesce(pair.same_surname, false)", "the surnames differ",
        {"pair": "same_surname = false"}, {"pair": "same_surname = true"},
    ),
    "equal": _Who(
        "same_postcode", "left.postcode = right.postcode", "the postcode is the same",
        {"left": "postcode = \"GL50 1AA\"", "right": "postcode = \"GL50 1AA\""},
        {"left": "postcode = \"GL50 1AA\"", "right": "postcode = \"GL50 2BB\""},
    ),
}  # fmt: skip

#: Where a register holds names and addresses only, another record of the person there may confirm who it is.
_CONFIRMED = _Who(
    "well_identified", "pair.identity_confirmed",
    "date of birth or National Insurance number agree, here or in another record of the person there",
    {"pair": "identity_confirmed = true"}, {"pair": "identity_confirmed = false"},
)  # fmt: skip


#: Of single payments: a payment has no end, so that running alone would say nothing.
_LARGE = _Who(
    "large", "left.gross_pence >= 500000", "£5,000 or more was paid",
    {"left": "gross_pence = 500000"}, {"left": "gross_pence = 499999"},
)  # fmt: skip


def _who(left: str, right: str | None, relation: str) -> _Who | None:
    """The fact that says who is who between these data sets; None of single records."""
    if relation == "person" and {left, right} & SELDOM_IDENTIFIED:
        return _CONFIRMED
    if relation == "none" and left == "payment":
        return _LARGE
    return _WHO.get(relation)


def outline(rule_id: str, left: str, right: str | None, relation: str, library: Library) -> str:
    """The text of the file.

    Args:
        library: tells which service and owner rules about `left` have; where none is, they stay blank.
    """
    who = _who(left, right, relation)
    dated = (
        right is not None and DATASETS[left].valid_from is not None and DATASETS[right].valid_from is not None
    )
    parts = [
        words_part(rule_id, left, library),
        _pair(left, right, relation),
        _facts(left, right, who, dated),
        _examples(left, right, who, dated),
    ]
    return "\n".join(parts).rstrip("\n") + "\n"


def words_part(rule_id: str, left: str, library: Library) -> str:
    """The head of the file: id, words, law, what an officer does first; blank where only its writer knows."""
    like = [rule.file for rule in library.rules if rule.file.pair.left == left]
    owner, service = (like[0].owner, like[0].service) if like else ("", "")
    return f'''\
# A rule says in one sentence when records do not fit together. Lines that begin with # are for you.
# Fill in what is blank (""), change the facts to those you mean, then: fraudmatch rules check FOLDER

id = "{rule_id}"
title = ""                         # what does not fit, in a dozen words
version = 1
status = "draft"                   # no night runs a draft; trial when you want it to, live when it is trusted
owner = "{owner}"
service = "{service}"
description = ""                   # two sentences: what does not fit, and what happens when a date is missing
legal_basis = [{{ title = "", href = "", verified = false }}]   # verified once somebody has read it
innocent_explanations = [
  "",                              # the lawful reason an officer meets most often; add more lines
]
next_step = ""                     # what an officer does first
'''


def _pair(left: str, right: str | None, relation: str) -> str:
    if right is None:
        return f'[pair]\nleft = "{left}"   # {dataset_title(left)}, each record alone\nrelation = "none"\n'
    return f'''\
[pair]
left = "{left}"   # {dataset_title(left)}: who bears the loss
right = "{right}"   # {dataset_title(right)}
relation = "{relation}"
scope = "any"                      # any | same_partner | cross_partner
'''


def _facts(left: str, right: str | None, who: _Who | None, dated: bool) -> str:
    sides = [("left", left)] + ([("right", right)] if right else [])
    fields = "\n".join(line for side, name in sides for line in field_lines(side, name))
    running = " and ".join(runs(side, name) for side, name in sides)
    facts = [("running", running, "both are running" if right else "the record is running")]
    if who:
        facts.append((who.name, who.expression, who.reason))
    when = " and ".join(name for name, _, _ in facts)
    if dated:
        facts.append(
            ("long_standing", "pair.overlap_days >= 90", "both have run side by side for 90 days or more")
        )
    more = "long_standing = 20                 # more when this fact is true\n" if dated else ""
    lines = "\n".join(f'{name} = "{expression}"' for name, expression, _ in facts)
    reasons = "\n".join(f'{name} = "{reason}"' for name, _, reason in facts)
    return f'''\
# Details you can ask for; docs/writing-a-rule.md has the names, addresses, dates and functions besides.
{fields}

[facts]                            # each is true, false or not known
{lines}

[reasons]                          # printed when the fact is true
{reasons}

[flag]                             # one sentence over the facts; only what is true flags
when = "{when}"
# unless = ["some_fact"]           # facts that excuse: they hold the flag back, and are counted

[points]                           # how urgent, 0 to 100
base = 40
{more}
# [value]                          # pence, when a case has a value: actual | estimate | notional
# estimate = "10000"

[show]                             # details an officer wants to see
left = [{shown_part(left)}]
''' + (f"right = [{shown_part(right)}]\n" if right else "")


def runs(side: str, dataset: str) -> str:
    """A record that runs: by its dates, and by its status where the data set has one."""
    status = _IN_FORCE.get(dataset)
    return f"{side}.running" + (f" and {side}.{status[0]} = '{status[1]}'" if status else "")


def field_lines(side: str, dataset: str) -> Iterator[str]:
    """One comment line for each detail: its kind, and the values a code can hold."""
    for field in DATASETS[dataset].details:
        held = f"one of {', '.join(field.codes)}" if field.codes else field.kind
        yield f"#   {f'{side}.{field.name}':<40} {held}"


def shown_part(dataset: str) -> str:
    """The first details of a data set, as [show] lists them."""
    return ", ".join(f'"{field.name}"' for field in DATASETS[dataset].details[:3])


def _examples(left: str, right: str | None, who: _Who | None, dated: bool) -> str:
    """One case in which every fact is true, and one for each fact in which it is not."""
    yes, no = (who.yes, who.no) if who else ({}, {})
    start, later = started(left, _LONG_AGO), started(right, _SINCE)
    points = 60 if dated else 40
    cases = [
        _case("everything fits the sentence", start, later, yes, f"flagged = true, points = {points}"),
        _case("the first has ended", ended(left), later, yes, "flagged = false"),
    ]
    for at, name in enumerate(filter(None, (left, right))):
        if name in _IN_FORCE:
            sides = [start, later]
            sides[at] = sides[at].replace(f'"{_IN_FORCE[name][1]}"', f'"{_IN_FORCE[name][2]}"')
            title = f"the {'second' if at else 'first'} is {_IN_FORCE[name][2]}"
            cases.append(_case(title, sides[0], sides[1], yes, "flagged = false"))
    if who:
        cases.append(_case(f"not so: {who.reason}", start, later, no, "flagged = false"))
    if dated:
        short = started(right, _LATELY)
        cases.append(_case("only for a month", start, short, yes, "flagged = true, points = 40"))
    head = "# Cases drawn by hand: run by fraudmatch rules test. Add one for every lawful explanation you know.\n"
    return head + "\n".join(cases)


def started(dataset: str | None, day: str) -> str:
    """Cells of a drawn record that began on `day` (ISO) and is in force; "" without a data set."""
    if dataset is None:
        return ""
    begins, status = DATASETS[dataset].valid_from, _IN_FORCE.get(dataset)
    said = [f"{begins} = {day}" if begins else "", f'{status[0]} = "{status[1]}"' if status else ""]
    return ", ".join(filter(None, said))


def ended(dataset: str) -> str:
    """What makes a record not run any more; said outright where the data set has no last day."""
    ends = DATASETS[dataset].valid_to
    return ", ".join(
        filter(None, (started(dataset, _LONG_AGO), f"{ends} = {_ENDED}" if ends else "running = false"))
    )


def _case(name: str, left: str, right: str, given: dict[str, str], expect: str) -> str:
    cells = {"left": left, "right": right} | {k: v for k, v in given.items() if k not in ("left", "right")}
    for side in ("left", "right"):
        cells[side] = ", ".join(filter(None, (cells[side], given.get(side, ""))))
    lines = [f"{section} = {{ {cell} }}" for section, cell in cells.items() if cell]
    return "\n".join(["[[example]]", f'name = "{name}"', *lines, f"expect = {{ {expect} }}", ""])
