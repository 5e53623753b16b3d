"""What is wrong with a rule file besides its expressions: data sets, words, points, what is shown."""

from __future__ import annotations

from collections.abc import Container

from fraudmatch import schemas
from fraudmatch.errors import Problem
from fraudmatch.scoring.contacts import CONTACTS, MOST_PARTIES
from fraudmatch.scoring.language import nearest
from fraudmatch.scoring.rulefile import GroupPart, RuleFile


def pair_problems(file: RuleFile, shown: str, parameters: Container[str]) -> list[Problem]:
    """Data sets that do not exist, or a relation that does not fit them."""
    pair, found = file.pair, []
    if file.group is not None:
        return _group_problems(file.group, file, shown)
    for side, dataset in (("left", pair.left), ("right", pair.right)):
        if dataset is not None and dataset not in schemas.DATASETS:
            hint = nearest(dataset, list(schemas.DATASETS))
            found.append(Problem(shown, f"pair.{side}", f"there is no data set {dataset}.", hint))
    if pair.relation == "group":
        found.append(
            Problem(shown, "pair.relation", "groups are not pairs.", "Write [group] instead of [pair].")
        )
    elif (pair.relation == "none") != (pair.right is None):
        what = "a rule about single records has relation none and no right; every other has both."
        found.append(Problem(shown, "pair.relation", what))
    if pair.relation == "payment" and (pair.left, pair.right) != ("payment", "payment"):
        found.append(Problem(shown, "pair.relation", "payments are linked with payments only."))
    if pair.relation in CONTACTS and MOST_PARTIES not in parameters:
        what = f"this relation needs the parameter {MOST_PARTIES}."
        found.append(Problem(shown, "pair.relation", what, "Add it under parameters."))
    return found


def _group_problems(group: GroupPart, file: RuleFile, shown: str) -> list[Problem]:
    found = []
    if group.of not in schemas.DATASETS:
        hint = nearest(group.of, list(schemas.DATASETS))
        found.append(Problem(shown, "group.of", f"there is no data set {group.of}.", hint))
    if group.member is not None and group.member not in file.facts:
        what = f"there is no fact {group.member}."
        found.append(Problem(shown, "group.member", what, nearest(group.member, list(file.facts))))
    return found


def word_problems(file: RuleFile, shown: str) -> list[Problem]:
    """Facts without a phrase, points of no fact, columns to show that are not there, examples one way."""
    found = []
    for fact in sorted(file.facts.keys() - file.reasons.keys()):
        found.append(Problem(shown, f"reasons.{fact}", "this fact has no phrase to print.", "Add one."))
    for key, table in (("reasons", file.reasons), ("points", file.points)):
        for name in sorted(table.keys() - file.facts.keys() - {"base"}):
            found.append(
                Problem(shown, f"{key}.{name}", "there is no such fact.", nearest(name, list(file.facts)))
            )
    for name in file.flag.unless:
        if name not in file.facts:
            what = f"there is no fact {name}."
            found.append(Problem(shown, "flag.unless", what, nearest(name, list(file.facts))))
    found += _held_problems(file, shown)
    most = sum(points for points in file.points.values() if points > 0)
    if most > 100 or "base" not in file.points:
        what = f"base and the points above nought come to {most}."
        found.append(Problem(shown, "points", what, "Give a base, and keep the sum at 100 or less."))
    if {example.expect.flagged for example in file.example} != {True, False}:
        what = "the examples show one way only."
        found.append(Problem(shown, "example", what, "Draw a case that is flagged and one that is not."))
    return found + _show_problems(file, shown)


def review_problems(file: RuleFile, shown: str) -> list[Problem]:
    """A live rule that does not say what its flags are worth; one on trial may go by the default meanwhile."""
    if file.status != "live" or "review" in file.model_fields_set:
        return []
    what = "a live rule says how long its flags take and how many of them are expected to be real."
    return [
        Problem(shown, "review", what, "Add [review]; docs/casework.md says how. Or set status to trial.")
    ]


def _held_problems(file: RuleFile, shown: str) -> list[Problem]:
    """Facts that hold back without an example of it, and examples that name no such fact."""
    drawn = {example.expect.held for example in file.example if example.expect.held}
    found = []
    for name in file.flag.unless:
        if name not in drawn:
            what = f"no example shows that {name} holds a flag back."
            remedy = f'Draw one with expect = {{ flagged = false, held = "{name}" }}.'
            found.append(Problem(shown, "example", what, remedy))
    for name in sorted(drawn - set(file.flag.unless)):
        what = f"an example is held back by {name}, which flag.unless does not name."
        found.append(Problem(shown, "example", what, nearest(name, file.flag.unless)))
    return found


def _show_problems(file: RuleFile, shown: str) -> list[Problem]:
    found = []
    for side, dataset, wanted in (
        ("left", file.pair.left, file.show.left),
        ("right", file.pair.right, file.show.right),
    ):
        details = [field.name for field in schemas.DATASETS[dataset].details] if dataset else []
        for name in wanted:
            if name not in details:
                what = f"{dataset or 'a rule without a right side'} has no detail {name}."
                found.append(Problem(shown, f"show.{side}", what, nearest(name, details)))
    return found
