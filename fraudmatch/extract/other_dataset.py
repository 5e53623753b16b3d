"""Whether a file that lacks its columns has those of another data set."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from fraudmatch import schemas
from fraudmatch.extract.grid import Fault
from fraudmatch.extract.headings import folded
from fraudmatch.extract.mapping import Mapping
from fraudmatch.extract.recognise import recognise

#: Share of another mapping's columns that must be there, and by how much it must go before one's own.
_FITS, _BETTER = 0.8, 0.3
#: Fields that a data set alone has, and that must be recognised where no other mapping fits.
_FIELDS = 3


def wrong_dataset(headings: Sequence[str], mapping: Mapping, others: Iterable[Mapping]) -> Fault | None:
    """WRONG_DATASET with the counts, or None where the columns say nothing of the kind.

    Args:
        headings: of the file. mapping: the one its name fits. others: further mappings of the partner.
    """
    there = {folded(heading) for heading in headings}
    found, wanted = _shares(mapping, there)
    here = f"{mapping.dataset} ({found} of {wanted})"
    best = max(
        ((*_shares(other, there), other.dataset) for other in others if other.dataset != mapping.dataset),
        key=lambda one: one[0] / one[1],
        default=(0, 1, ""),
    )
    if best[0] / best[1] >= max(_FITS, found / wanted + _BETTER):
        return Fault(
            "WRONG_DATASET", detail=f"the columns fit {best[2]} ({best[0]} of {best[1]}), not {here}"
        )
    own = _recognised(headings, mapping.dataset)
    counts = {name: _recognised(headings, name) for name in schemas.DATASETS if name != mapping.dataset}
    likely = max(counts, key=lambda name: counts[name])
    if counts[likely] >= max(_FIELDS, own + _FIELDS) and found / wanted < 1 - _BETTER:
        detail = f"{counts[likely]} columns are those of {likely}; of the columns of {here} are here"
        return Fault("WRONG_DATASET", detail=detail)
    return None


def _shares(mapping: Mapping, there: set[str]) -> tuple[int, int]:
    """How many of a mapping's headings a file has, and how many there are."""
    wanted = {folded(heading) for source in mapping.fields.values() for heading in source.headings}
    return len(wanted & there), max(len(wanted), 1)


def _recognised(headings: Sequence[str], dataset: str) -> int:
    """How many fields that only this data set has the headings name."""
    own = {field.name for field in schemas.DATASETS[dataset].details}
    return len(own & recognise(headings, dataset).keys())
