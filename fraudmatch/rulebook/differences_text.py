"""Two libraries compared, for the terminal."""

from __future__ import annotations

from collections.abc import Sequence

from fraudmatch.report.layout import paragraph, text_table
from fraudmatch.report.words import counted
from fraudmatch.rulebook.differences import Change
from fraudmatch.rulebook.effects import Effect
from fraudmatch.rulebook.libraries import NamedLibrary


def difference_lines(
    old: NamedLibrary, new: NamedLibrary, changes: Sequence[Change], effects: Sequence[Effect] | None
) -> list[str]:
    """Lines without line ends.

    Args:
        effects: what each change does to a night; None where no night was asked.
    """
    lines = [
        f"{word}: {one.words}, {counted(len(one.library.rules), 'rule')}"
        for word, one in (("Old", old), ("New", new))
    ]
    if not changes:
        return [*lines, "They say the same."]
    kinds = {kind: sum(change.kind == kind for change in changes) for kind in ("added", "removed", "changed")}
    lines.append(", ".join(f"{number} {kind}" for kind, number in kinds.items()) + ".")
    for change in changes:
        lines += ["", *paragraph(f"{change.rule_id} {change.kind} · {change.title}", indent="  ", first="")]
        for words in change.words:
            lines += paragraph(words, indent="    ", first="  - ")
    return lines if effects is None else [*lines, "", *_effect_lines(effects)]


def _effect_lines(effects: Sequence[Effect]) -> list[str]:
    rows: list[tuple[str, ...]] = []
    notes = []
    for effect in effects:
        rule_id, made = effect.change.rule_id, effect.compared
        if made is None:
            rows.append((rule_id, effect.change.kind, "?", "?", "?", "?"))
            notes.append(f"{rule_id}: nobody sent {' and '.join(effect.lacking)} that night.")
            continue
        numbers = (made.gained.num_rows, made.lost.num_rows, made.kept.num_rows, made.ranked_anew)
        rows.append((rule_id, effect.change.kind, *(f"{number:,}" for number in numbers)))
    for effect in effects:
        if effect.status == "draft":
            notes.append(
                f"{effect.change.rule_id}: no night runs a draft; fraudmatch rules try shows its flags."
            )
    headings = ("rule", "", "gained", "lost", "kept", "other points")
    table = text_table(headings, rows, right=(2, 3, 4, 5))
    return ["On the last night", *table, *notes]
