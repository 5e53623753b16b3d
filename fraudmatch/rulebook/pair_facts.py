"""What one rule says of two records that somebody names: its facts, whether it flags, what holds it back."""

from __future__ import annotations

from fraudmatch.errors import ConfigurationError
from fraudmatch.kept import Kept
from fraudmatch.pairs.in_night import find_record
from fraudmatch.report.layout import paragraph, text_table
from fraudmatch.report.words import NOT_A_FINDING, dataset_title, fact_phrase
from fraudmatch.rulebook.again import Rerun
from fraudmatch.scoring import Library
from fraudmatch.scoring.asking import Answers, answers_about, facts_of_sentence
from fraudmatch.scoring.rules import Rule

_WORDS = {True: "true", False: "false", None: "not known"}


def rule_lines(rule: Rule, library: Library, kept: Kept, left: str, right: str) -> list[str]:
    """Lines without line ends: the facts of the rule about two records of a night. For the hub.

    Args:
        library: holds the numbers the rule speaks of.
        left, right: "partner:data set:reference", in either order where the rule tells the two apart.

    Raises:
        ConfigurationError: a name fits no record, or the rule does not compare such records.
        RunError, GateError: the night lacks something; see `Rerun`. GateError: a record is restricted.
    """
    one, other = _in_order(rule, kept, find_record(kept, left), find_record(kept, right))
    found = answers_about(rule, Rerun(kept).bench(rule, library), one, other)
    return [
        f"{rule.id} · {rule.file.title}",
        f"version {rule.file.version}, {rule.file.status}; the sentence: {rule.file.flag.when}",
        "",
        *_facts(rule, found),
        "",
        *paragraph(_verdict(rule, found), indent=""),
        *paragraph(NOT_A_FINDING, indent=""),
        "",
    ]


def _in_order(rule: Rule, kept: Kept, one: int, other: int) -> tuple[int, int]:
    """The two record ids as the rule calls them left and right."""
    pair, datasets = rule.file.pair, kept.prepared.records["dataset"]
    has = (datasets[one].as_py(), datasets[other].as_py())
    if has == (pair.left, pair.right):
        return one, other
    if has == (pair.right, pair.left):
        return other, one
    about = (
        f"{dataset_title(pair.left)} with {dataset_title(pair.right)}"
        if pair.right
        else f"{dataset_title(pair.left)} alone or in groups"
    )
    raise ConfigurationError(
        f"{rule.id} looks at {about}, and these are {dataset_title(has[0])} and {dataset_title(has[1])}.",
        remedy="Name two records of the data sets it compares, or another rule (fraudmatch rules list).",
    )


def _facts(rule: Rule, found: Answers) -> list[str]:
    sentence = facts_of_sentence(rule)
    rows = []
    for name, answer in found.facts.items():
        points = rule.file.points.get(name)
        part = "sentence" if name in sentence else "holds back" if name in rule.unless else ""
        worth = "" if points is None else f"{points:+d}" if answer else f"({points:+d})"
        rows.append((_WORDS[answer], name, part, worth, fact_phrase(name, rule.file.reasons)))
    return text_table(("", "fact", "part", "points", "in words"), rows, right=(3,), most=70)


def _verdict(rule: Rule, found: Answers) -> str:
    """Whether it flags the two, and if not, everything that keeps it from doing so."""
    if found.flags:
        return f"The rule flags these two, with {found.points} risk points."
    why = []
    if not found.together:
        why.append(
            f"nothing brings the two together (relation {rule.file.pair.relation}, scope {rule.file.pair.scope})"
        )
    if found.when is not True:
        short = [
            f"{name} is {_WORDS[found.facts[name]]}"
            for name in facts_of_sentence(rule)
            if not found.facts[name]
        ]
        why.append(f"the sentence is {_WORDS[found.when]} ({', '.join(short) or 'as a whole'})")
    if found.held is not None:
        why.append(f"{found.held} holds it back: {fact_phrase(found.held, rule.file.reasons)}")
    return f"The rule does not flag these two: {'; '.join(why)}."
