"""What the models saw in a pair: the weights from starting point to total, and a word for each field compared."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from fraudmatch.report.words import ONLY_IF_FOUND, PRIOR, comparison_label

Row = Mapping[str, object]

# Comparisons of the models -> the fields of a record they look at, where the names differ.
_LOOKS_AT: Mapping[str, tuple[str, ...]] = {
    "forename": ("forename", "name_as_written"),
    "surname": ("surname", "name_as_written"),
    "name": ("name_as_written", "organisation_name"),
    "supplier": ("name_as_written", "organisation_name"),
    "creditor": ("creditor_ref",),
    "address": ("address_as_written",),
    "street": ("address_as_written",),
    "number": ("address_as_written",),
    "flat": ("address_as_written",),
}

# A field judged by several comparisons is as good as its worst one.
_WORST_FIRST = ("differs", "missing", "close", "agrees")
_AGREEMENT_WORDS = {"agrees": "agrees", "close": "nearly agrees", "differs": "differs", "missing": "missing"}


def compared_for(field: str) -> tuple[str, ...]:
    """Labels of the comparisons that look at a field of a record, those of the field's own name included."""
    names = [comparison for comparison, fields in _LOOKS_AT.items() if field in fields]
    return tuple(dict.fromkeys(comparison_label(name) for name in (*names, field)))


@dataclass(frozen=True)
class Step:
    """One comparison of a model, as printed.

    Attributes:
        label: what was compared. said: how far it agrees; "" of what is not a field.
        level: the level it reached, "" where it says no more. weight: log2, +1 doubles the odds.
    """

    label: str
    said: str
    level: str
    weight: float


@dataclass(frozen=True)
class Weighing:
    """What one model saw in a pair.

    Attributes:
        steps: in the order of the model, the starting point first where it is known.
        total: what the steps come to. whole: it is the match weight; else comparisons only, as the
            rule does not rest on this model.
    """

    model: str
    steps: tuple[Step, ...]
    total: float
    whole: bool


def weighings(flag: Row, relation: str, evidence: Sequence[Row]) -> list[Weighing]:
    """One for each model that looked at the pair, by its name.

    The starting point says how rare a link is before anything is compared. Where EVIDENCE has no row
    for it (comparison "prior"), it is what the comparisons leave of the weight of the flag.

    Args:
        flag: a row of FLAGS. relation: of its rule. evidence: its rows of EVIDENCE, in their order.
    """
    found = []
    for model in sorted({str(row["model"]) for row in evidence}):
        own = [row for row in evidence if row["model"] == model]
        weight = flag.get("identity_weight") if _judges(model, relation) else None
        found.append(_weighing(model, own, None if weight is None else float(str(weight))))
    return found


def _judges(model: str, relation: str) -> bool:
    """Whether FLAGS' identity comes from this model: person_v1 judges persons."""
    return model == relation or model.startswith(f"{relation}_")


def _weighing(model: str, evidence: Sequence[Row], total: float | None) -> Weighing:
    compared = sum(float(str(row["weight"])) for row in evidence)
    steps = [_step(row) for row in evidence]
    whole = any(row["comparison"] == PRIOR for row in evidence)
    if total is not None and not whole:
        steps.insert(0, Step(comparison_label(PRIOR), "", "before comparing", total - compared))
    return Weighing(model, tuple(steps), compared if total is None else total, whole or total is not None)


def _step(row: Row) -> Step:
    comparison, agreement, level = (str(row[name]) for name in ("comparison", "agreement", "level"))
    said = _AGREEMENT_WORDS.get(agreement, agreement)
    if level in (said, agreement):
        level = ""
    if comparison in (PRIOR, *ONLY_IF_FOUND):
        said = ""  # not a field: only its level tells something
    return Step(comparison_label(comparison), said, level, float(str(row["weight"])))


def verdicts(evidence: Iterable[Row]) -> dict[str, str]:
    """Field of a record -> word on its agreement, by rows of EVIDENCE of one flag."""
    found: dict[str, set[str]] = {}
    for row in evidence:
        comparison = str(row["comparison"])
        for field in _LOOKS_AT.get(comparison, (comparison,)):
            found.setdefault(field, set()).add(str(row["agreement"]))
    return {
        field: next((_AGREEMENT_WORDS[word] for word in _WORST_FIRST if word in said), "")
        for field, said in found.items()
    }
