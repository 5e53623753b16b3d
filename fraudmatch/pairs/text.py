"""An explanation of two records as lines of text, for terminals and for anything that takes text."""

from __future__ import annotations

from dataclasses import dataclass

from fraudmatch.linkage.explaining.explain import OUTCOMES, Explanation, Step
from fraudmatch.linkage.explaining.meetings import Meeting
from fraudmatch.report.layout import fitted, paragraph, text_table
from fraudmatch.report.words import PRIOR, comparison_label, counted, identity_words

#: What a link is, and is not; printed below every explanation and every result.
NOT_PROOF = (
    "A link says how well two records fit one model. It is never proof that they are one and the same: "
    "only a person who has looked decides that."
)

#: Characters of a value that are shown, and columns of the waterfall.
_VALUE, _WIDE = 30, 44

_AGREEMENTS = {
    "agrees": "agrees",
    "close": "nearly agrees",
    "differs": "differs",
    "missing": "missing",
    "": "",
}


@dataclass(frozen=True)
class Sides:
    """What to call the two records, and the other rows of their groups.

    Attributes:
        left / right: how a reader knows the records.
        names: row -> how a reader knows it, for the rows of a chain.
    """

    left: str
    right: str
    names: dict[int, str]


def pair_lines(made: Explanation, sides: Sides, *, plain: bool = False) -> list[str]:
    """The explanation without line ends.

    Args:
        plain: ASCII bars, for what is no terminal.
    """
    return [
        f"left   {fitted(sides.left, 90)}",
        f"right  {fitted(sides.right, 90)}",
        "",
        *paragraph(OUTCOMES[made.outcome], indent=""),
        *paragraph(verdict(made), indent=""),
        *group_lines(made, sides),
        "",
        "Passes that could bring them together",
        *text_table(("pass", "", "by, or why not"), meeting_rows(made), most=90),
        "",
        "What was compared",
        *text_table(("comparison", "left", "right", "agreement", "level"), value_rows(made), most=34),
        *_nothing_said(made),
        "",
        f"Match weights of model {made.model} (log2: +1 doubles the odds that it is the same)",
        *waterfall(made, plain=plain),
        "",
        *paragraph(NOT_PROOF, indent=""),
    ]


def verdict(made: Explanation) -> str:
    """Weight, threshold and probability in one sentence."""
    shown = min(max(made.probability, 0.0001), 0.9999)
    sign = (
        ""
        if 0.0001 <= made.probability <= 0.9999
        else "more than "
        if made.probability > 0.5
        else "less than "
    )
    strength = f": {identity_words(made.probability)}" if made.total >= made.threshold else ""
    return (
        f"Match weight {made.total:+.3f}, threshold {made.threshold:+.3f}, "
        f"probability {sign}{shown:.4f}{strength}."
    )


def group_lines(made: Explanation, sides: Sides) -> list[str]:
    """Whether the two ended in one group, and why."""
    group = made.grouping
    if made.outcome == "itself":
        return []
    if group.together and group.chain:
        way = " – ".join(sides.names.get(row, str(row)) for row in group.chain)
        return paragraph(f"Same group of {counted(group.left_size, 'record')}, by way of: {way}.", indent="")
    if group.together:
        return paragraph(f"Same group of {counted(group.left_size, 'record')}.", indent="")
    apart = f"Two groups, of {counted(group.left_size, 'record')} and of {group.right_size:,}."
    if group.average is not None:
        apart += (
            f" They are linked, but all {counted(group.between, 'pair')} between the two groups weigh on "
        )
        apart += f"average {group.average:+.3f} from the threshold"
        apart += (
            ", so that grouping keeps them apart."
            if group.average < 0
            else "; joining them would have brought records together that are known to differ or speak against it."
        )
    return paragraph(apart, indent="")


def meeting_rows(made: Explanation) -> list[tuple[str, str, str]]:
    """Pass, whether it brought them together, and the key they share or what kept them apart."""
    return [(one.key, "met" if one.met else "–", _met_or_not(one)) for one in made.meetings]


def _met_or_not(one: Meeting) -> str:
    if one.met:
        return " + ".join(value or "–" for value in one.left)
    pairs = zip(one.left, one.right, strict=True)
    differing = [f"{a} ≠ {b}" for a, b in pairs if a is not None and b is not None and a != b]
    return ", ".join(differing) if differing and None not in (*one.left, *one.right) else one.why


def value_rows(made: Explanation) -> list[tuple[str, str, str, str, str]]:
    """Comparison, both values, agreement and level, of what could be compared."""
    rows = []
    for step in made.steps:
        if step.level is not None:
            left, right = (fitted(value, _VALUE) for value in shown_values(step))
            level = "" if step.level == step.agreement else step.level
            rows.append((comparison_label(step.comparison), left, right, _AGREEMENTS[step.agreement], level))
    return rows


def shown_values(step: Step) -> tuple[str, str]:
    """Both sides' values, those of derived columns left out where they only repeat the column."""
    plain = [k for k, column in enumerate(step.columns) if ":" not in column] or [0]
    shown = [k for k in plain if step.left[k] is not None or step.right[k] is not None] or plain
    left = [step.left[k] or "–" for k in dict.fromkeys(shown)]
    right = [step.right[k] or "–" for k in dict.fromkeys(shown)]
    return " / ".join(left), " / ".join(right)


def _nothing_said(made: Explanation) -> list[str]:
    """The comparisons with a value missing on a side."""
    names = [comparison_label(step.comparison) for step in made.steps if step.level is None]
    return (
        paragraph(f"Missing on one side or both, so no evidence: {', '.join(names)}.", indent="")
        if names
        else []
    )


def waterfall(made: Explanation, *, plain: bool = False) -> list[str]:
    """One line for the prior and each comparison: weight, running sum, and a bar from sum to sum.

    A "|" marks the threshold. Comparisons without evidence are left out.
    """
    steps = [(comparison_label(PRIOR), made.prior, made.prior, "how rare it is before anything is compared")]
    steps += [
        (comparison_label(step.comparison), step.weight, step.running, step.because)
        for step in made.steps
        if step.level is not None
    ]
    sums = [0.0, made.threshold, *(running for _, _, running, _ in steps)]
    low, high = min(sums), max(sums)
    marks = ("+", "-") if plain else ("█", "░")

    def column(amount: float) -> int:
        return round((amount - low) / ((high - low) or 1.0) * (_WIDE - 1))

    rows = []
    for name, gained, running, because in steps:
        bar = _bar(column(running - gained), column(running), column(made.threshold), marks, gained)
        rows.append((name, f"{gained:+.3f}", f"{running:+.3f}", bar, because))
    end = _bar(0, -1, column(made.threshold), marks, 0.0)
    rows.append(("total", "", f"{made.total:+.3f}", end, f"threshold {made.threshold:+.3f} at |"))
    widths = [max(len(row[k]) for row in rows) for k in range(3)]
    return [
        f"{name:<{widths[0]}}  {gained:>{widths[1]}}  {running:>{widths[2]}}  {bar:<{_WIDE}}  {because}".rstrip()
        for name, gained, running, bar, because in rows
    ]


def _bar(start: int, end: int, threshold: int, marks: tuple[str, str], gained: float) -> str:
    """A line of `_WIDE` characters filled from one running sum to the next."""
    low, high = sorted((start, end))
    cells = [" "] * _WIDE
    if gained:
        cells[low : high + 1] = (marks[0] if gained > 0 else marks[1]) * (high + 1 - low)
    if cells[threshold] == " ":
        cells[threshold] = "|"
    return "".join(cells).rstrip()
