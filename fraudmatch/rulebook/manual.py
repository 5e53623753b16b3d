"""The manual of a library: a page for each rule in plain English, made from its file alone.

No clock and no order of files shows in it, so that a manual can be compared byte for byte with the
library it was made from.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from fraudmatch.errors import RuleFileError
from fraudmatch.rulebook.words import TO_BE_VERIFIED, amount, cell, data_sets, law, sentence, together
from fraudmatch.scoring import Library
from fraudmatch.scoring.language import nearest
from fraudmatch.scoring.nodes import Node
from fraudmatch.scoring.rulefile import VALUE_CLASSES, DatedNumber, Example
from fraudmatch.scoring.rules import Rule

_HEAD = """# The rules

Made from the rule files by `fraudmatch rules docs --out docs/rules.md`; `make check` holds the two in
step. How to write a rule is told in [writing-a-rule.md](writing-a-rule.md).

A flag is an inconsistency between records to look into. It is not a finding against anyone: every
rule lists innocent explanations, and only a person decides. In the expressions `left` is the record
named first and `right` the other. What is not known is neither true nor false, and only a sentence that
is true flags. "(to be verified)" stands where nobody has yet read the source for this library.
"""

#: Order of services in the index is that of the alphabet; statuses are said in words.
_STATUS = {
    "draft": "draft: no night runs it",
    "trial": "trial: a night runs it, and its flags are marked so",
    "live": "live",
    "retired": "retired: no night runs it",
}


def manual(library: Library) -> str:
    """The whole manual in Markdown: an index by service, then a page for each rule."""
    lines = [*_HEAD.splitlines(), ""]
    services = sorted({rule.file.service for rule in library.rules})
    lines += _index(library, services)
    for service in services:
        lines += [f"## {_capital(service)}", ""]
        for rule in _of(library, service):
            lines += [*rule_page(rule, library), ""]
    return "\n".join(lines).rstrip("\n") + "\n"


def one_page(rule_id: str, library: Library) -> str:
    """The page of one rule.

    Raises:
        RuleFileError: the library has no such rule.
    """
    return "\n".join(rule_page(known_rule(rule_id, library), library)[2:]).rstrip("\n") + "\n"


def known_rule(rule_id: str, library: Library) -> Rule:
    """The rule with that id, in letters of any size.

    Raises:
        RuleFileError: the library has no such rule; names the nearest.
    """
    rule = library.rule(rule_id.upper())
    if rule is None:
        hint = nearest(rule_id.upper(), [one.id for one in library.rules])
        raise RuleFileError(
            f"There is no rule {rule_id}.", remedy=f"{hint} fraudmatch rules list shows all.".strip()
        )
    return rule


def _of(library: Library, service: str) -> list[Rule]:
    return [rule for rule in library.rules if rule.file.service == service]


def _index(library: Library, services: Sequence[str]) -> Iterator[str]:
    yield from ("## Index", "", f"{len(library.rules)} rules.", "")
    yield from ("| service | rule | looks for | data sets | status |", "|---|---|---|---|---|")
    for service in services:
        for rule in _of(library, service):
            link = f"[{rule.id}](#{rule.id.lower()})"
            row = (service, link, rule.file.title, data_sets(rule.file), rule.file.status)
            yield _row(row)
    yield ""


def rule_page(rule: Rule, library: Library) -> list[str]:
    """The manual page of one rule, as lines of Markdown."""
    file = rule.file
    return [
        f'<a id="{rule.id.lower()}"></a>',
        "",
        f"### {rule.id} · {file.title}",
        "",
        f"Version {file.version}, {_STATUS[file.status]}. Kept by {file.owner}.",
        "",
        file.description.strip(),
        "",
        f"**Which records.** {together(file)}",
        "",
        f"**Flagged when** {sentence(file.flag.when, file.reasons)}.",
        "",
        *_facts(rule),
        *_excuses(rule),
        *_points(rule),
        *_values(rule),
        *_review(rule),
        *_numbers(rule, library),
        "**May be innocent**",
        "",
        *(f"- {text}" for text in file.innocent_explanations),
        "",
        f"**Next step.** {file.next_step}",
        "",
        "**Law**",
        "",
        *(f"- {law(one)}" for one in file.legal_basis),
        "",
        *_examples(rule),
    ]


def _facts(rule: Rule) -> Iterator[str]:
    yield from ("**Facts**", "")
    for name, text in rule.file.facts.items():
        yield f"- {_capital(rule.file.reasons[name])} (`{name}`)  "
        yield f"  `{' '.join(text.split())}`"
    yield ""


def _excuses(rule: Rule) -> Iterator[str]:
    excuses = [rule.file.reasons[name] for name in rule.file.flag.unless]
    if excuses:
        yield from ("**Held back, and counted, when**", "")
        yield from (f"- {text}" for text in excuses)
        yield ""


def _points(rule: Rule) -> Iterator[str]:
    """Points as one line: base first, then the facts as in the file."""
    points = rule.file.points
    said = [f"{points['base']} to begin with"]
    said += [f"{worth:+d} when {rule.file.reasons[name]}" for name, worth in points.items() if name != "base"]
    yield from (f"**Points** (0 to 100): {'; '.join(said)}.", "")


def _values(rule: Rule) -> Iterator[str]:
    written = rule.file.value
    if not written:
        yield from ("**Value**: none is stated.", "")
        return
    yield from ("**Value**, in pence; classes are never added together", "")
    yield from (f"- {kind}: `{' '.join(written[kind].split())}`" for kind in VALUE_CLASSES if kind in written)
    yield ""


def _review(rule: Rule) -> Iterator[str]:
    """Minutes and expected yield, where the rule states them."""
    said = review_words(rule)
    if said:
        yield from (f"**Review**: {said}", "")


def review_words(rule: Rule) -> str:
    """Minutes a flag takes and how many are expected to be real; "" where the rule does not say."""
    review = getattr(rule.file, "review", None)
    if review is None:
        return ""
    said = f"about {review.minutes} minutes a flag"
    stated = getattr(review, "expected", None)
    if stated is not None:
        check = "" if stated.verified else f"; {TO_BE_VERIFIED}"
        said += f"; about {round(stated.rate * 100, 1):g} in 100 are expected to be real"
        said += f" ({stated.source.rstrip('.')}{check})"
    return said + "."


def numbers_of(rule: Rule) -> list[tuple[str, str]]:
    """("param" or "value", name) of every dated number the rule speaks of, sorted."""
    nodes: Iterable[Node] = (rule.when, *rule.facts.values(), *rule.values.values())
    found = {column for node in nodes for column in node.columns if column[0] in ("param", "value")}
    return sorted(found)


def _numbers(rule: Rule, library: Library) -> Iterator[str]:
    """The dated numbers of the rule, each with the days it holds from."""
    used = numbers_of(rule)
    if not used:
        return
    yield from ("**Numbers in force**", "")
    yield from ("| number | meaning | in force |", "|---|---|---|")
    for scope, name in used:
        dated = (library.parameters if scope == "param" else library.values)[name]
        yield _row((f"`{scope}.{name}`", dated.label, "<br>".join(_in_force(dated))))
    yield ""


def _in_force(dated: DatedNumber) -> Iterator[str]:
    """Oldest first; a design choice of this library has nothing to verify."""
    for entry in sorted(dated.in_force, key=lambda one: one.starts):
        unread = "" if entry.verified or dated.basis == "design" else f"; {TO_BE_VERIFIED}"
        source = f"[{entry.source}]({entry.href})" if entry.href else entry.source
        yield f"{amount(entry.value, dated.unit)} from {entry.starts.isoformat()} ({source}{unread})"


def _examples(rule: Rule) -> Iterator[str]:
    yield from ("**Examples**, run as tests", "")
    columns = _example_columns(rule)
    yield _row(("case", *columns, "comes to"))
    yield "|---" * (len(columns) + 2) + "|"
    for example in rule.file.example:
        yield _row((example.name, *(_drawn(example, column) for column in columns), _outcome(rule, example)))
    yield ""


def _example_columns(rule: Rule) -> list[str]:
    """left and right; between them (pair and link together); members of a group."""
    found = [name for name in ("members", "left", "right") if _any(rule, name)]
    return [*found, "between"] if _any(rule, "pair") or _any(rule, "link") else found


def _any(rule: Rule, name: str) -> bool:
    return any(getattr(example, name, None) for example in rule.file.example)


def _drawn(example: Example, column: str) -> str:
    if column == "members":
        members = getattr(example, "members", [])
        return (
            "<br>".join("; ".join(cell(*one) for one in member.items()) or "–" for member in members) or "–"
        )
    given = {**example.pair, **example.link} if column == "between" else getattr(example, column)
    return "; ".join(cell(name, value) for name, value in given.items()) or "–"


def _outcome(rule: Rule, example: Example) -> str:
    expect = example.expect
    if expect.held:
        return f"held back: {rule.file.reasons[expect.held]}"
    if not expect.flagged:
        return "not flagged"
    said = "**flagged**" if expect.points is None else f"**flagged**, {expect.points} points"
    values = [f"{kind} {amount(pence, 'pence')}" for kind, pence in expect.value.items()]
    return ", ".join([said, *values])


def _row(cells: Iterable[str]) -> str:
    return "| " + " | ".join(" ".join(one.replace("|", "\\|").split()) for one in cells) + " |"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
