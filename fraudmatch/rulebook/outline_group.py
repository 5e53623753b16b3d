"""The text of a new rule about groups: records that share something, one flag for each group."""

from __future__ import annotations

from typing import get_args

from fraudmatch.report.words import dataset_title
from fraudmatch.rulebook.outline import ended, field_lines, runs, shown_part, started, words_part
from fraudmatch.scoring import Library
from fraudmatch.scoring.rulefile import GroupedBy

#: What the records of a group may share.
SHARED: tuple[str, ...] = get_args(GroupedBy)


def outline_group(rule_id: str, of: str, by: str, library: Library) -> str:
    """The text of the file.

    Args:
        of: the data set. by: what the members share, one of `SHARED`.
        library: tells which service and owner rules about the data set have.
    """
    return f'''\
{words_part(rule_id, of, library)}
[group]
of = "{of}"   # {dataset_title(of)}
by = "{by}"   # {" | ".join(SHARED)}
member = "running"                 # the fact that says which records are put together
scope = "same_partner"             # one group for each partner; any = across partners

# Details you can ask for in the fact under member; all other facts speak of the group: group.size,
# group.persons, group.partners, group.references, group.earliest, group.latest, group.sum_<detail>.
{chr(10).join(field_lines("left", of))}

[facts]                            # each is true, false or not known
running = "{runs("left", of)}"
many = "group.references >= 3"

[reasons]                          # printed when the fact is true
running = "the record is running"
many = "three or more share it"

[flag]                             # one sentence over the facts; only what is true flags
when = "many"
# unless = ["some_fact"]           # facts that excuse: they hold the flag back, and are counted

[points]                           # how urgent, 0 to 100
base = 40

[show]                             # details an officer wants to see
left = [{shown_part(of)}]

{_examples(of, by)}'''


def _examples(of: str, by: str) -> str:
    """Three that share it, two, and three of which one has ended."""
    begins, over = started(of, "2025-01-01"), ended(of)
    return "\n".join(
        [
            "# Cases drawn by hand: run by fraudmatch rules test. Add one for every lawful explanation you know.",
            _case("three share it", by, [begins] * 3, "flagged = true, points = 40"),
            _case("only two share it", by, [begins] * 2, "flagged = false"),
            _case("one of the three has ended", by, [begins, begins, over], "flagged = false"),
        ]
    )


def _case(name: str, by: str, members: list[str], expect: str) -> str:
    """One example; the members of a group are different persons unless the person is what they share."""
    drawn = []
    for place, cells in enumerate(members):
        person = "a" if by == "person" else "abc"[place]
        drawn.append("  { " + ", ".join(filter(None, (f'person = "{person}"', cells))) + " },")
    return "\n".join(
        ["[[example]]", f'name = "{name}"', "members = [", *drawn, "]", f"expect = {{ {expect} }}", ""]
    )
