"""`fraudmatch.link`: the linkage core for people who live in notebooks.

Raw frames go through the same reading and normalising as the files of a night; frames that hold
the columns of a model of one's own are linked as they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.compute as pc

from fraudmatch.errors import ConfigurationError, MappingError, ModelError
from fraudmatch.files.decisions import Decisions, assigned, no_ties, without_parted
from fraudmatch.files.link import ready_extracted
from fraudmatch.files.tables import SIDES, Readied, as_they_are, link_ready
from fraudmatch.frames.intake import Columns, Frame, Recognised, extract_frame, frame_of
from fraudmatch.frames.links import FrameLinks
from fraudmatch.linkage import Model, load_model
from fraudmatch.linkage.grouping.decided import settle
from fraudmatch.schemas import RECORDS

#: Relation of a model -> the data set its raw frames are read as.
_READ_AS = {"person": "person", "property": "person", "organisation": "organisation"}

#: Columns that are made for models from those of RECORDS.
_MADE = ("property_id",)


def link(
    left: Any,
    right: Any = None,
    *,
    model: str | Path | Model = "person",
    columns: Columns | tuple[Columns, Columns] | None = None,
    date_format: str | Sequence[str] | None = None,
    normalise: bool | None = None,
    threshold: float | None = None,
    decided: Iterable[tuple[Any, Any, str]] = (),
    one_to_one: bool = False,
    threads: int | None = None,
    budget: int | None = None,
) -> FrameLinks:
    """Link a frame with itself, or two frames with each other.

    Args:
        left, right: a pandas DataFrame, an Arrow table or record batch, or anything with
            `__arrow_c_stream__` (a polars frame, a DuckDB relation).
        model: a shipped model (person, organisation, property), the path of a .toml file, or a Model.
        columns: our field -> the frame's column, or several to join: {"surname": "last_name"}; goes
            before what is recognised by name. A pair of them where two frames differ. Fields are
            those of the data sets "person" and "organisation" (docs/datasets.md).
        date_format: how dates in text are written, as for strptime ("%d/%m/%Y"); None = ISO. Columns
            of dates or time stamps need none.
        normalise: whether to recognise and normalise the columns; None = unless the frames hold all
            columns of the model already.
        threshold: match weight in bits from which a pair is a link; None = the model's.
        decided: (left label, right label, "same" or "different"); clusters follow them, and pairs
            decided to differ are no links.
        one_to_one: two frames hold everybody once: each row has one link at most, by the best
            assignment; `ties` of the result has the links that compete on equal terms.
        threads: at most this many.
        budget: most candidate pairs before a BudgetError.

    Returns:
        The links, in the labels of the frames.

    Raises:
        MappingError: frames, columns or date formats that cannot be used; every fault is named.
        ConfigurationError: a decided pair names no row, or one frame is linked one to one.
        ModelError: there is no such model, or it reads what raw frames cannot give.
        BudgetError: too many candidate pairs.
    """
    used = model if isinstance(model, Model) else load_model(model)
    if threshold is not None:
        used = used.model_copy(update={"threshold": float(threshold)})
    given = [left] if right is None else [left, right]
    frames = tuple(frame_of(each, name) for name, each in zip(SIDES, given, strict=False))
    _refuse_empty(frames)
    ready, recognised = _ready(frames, used, columns, date_format, normalise, threads)
    decisions = _decisions_of(decided, frames, ready)
    linked = link_ready(
        ready, used, threads=threads, budget=budget, together=decisions.together, parted=decisions.parted
    )
    linked, ties = without_parted(linked, decisions), no_ties()
    if one_to_one:
        linked, ties = assigned(linked, ready, decisions)
    return FrameLinks(frames, linked, ready, recognised, decisions, ties, one_to_one)


def _refuse_empty(frames: Sequence[Frame]) -> None:
    for frame in frames:
        if not frame.table.num_rows:
            raise MappingError(f"{frame.name} has no rows.", remedy="Check how it was made.")


def _ready(
    frames: Sequence[Frame], model: Model, columns: Columns | tuple[Columns, Columns] | None,
    date_format: str | Sequence[str] | None, normalise: bool | None, threads: int | None,
) -> tuple[Readied, tuple[Recognised, ...]]:  # fmt: skip
    whole = all({*model.base_columns} <= {*frame.table.column_names} for frame in frames)
    if normalise is False or (normalise is None and whole and not columns):
        if columns:
            raise MappingError("`columns` is for frames that are normalised.", remedy="Rename the columns.")
        return as_they_are([frame.table for frame in frames], model), ()
    _refuse_unreadable(model)
    pair = columns if isinstance(columns, tuple) else (columns or {}, columns or {})
    made = [
        extract_frame(frame, _READ_AS[model.relation], each, date_format)
        for frame, each in zip(frames, pair, strict=False)
    ]
    ready = ready_extracted([one for one, _ in made], model, threads=threads)
    return ready, tuple(one for _, one in made)


def _refuse_unreadable(model: Model) -> None:
    """A model that reads what normalising does not give needs frames that hold it."""
    beyond = [name for name in model.base_columns if name not in (*RECORDS.names, *_MADE)]
    if beyond or model.relation not in _READ_AS:
        what = ", ".join(beyond) or "payments"
        raise ModelError(
            f"Model {model.id} reads {what}, which raw frames do not give.",
            remedy=f"Give frames with all its columns: {', '.join(model.base_columns)}.",
        )


def _decisions_of(
    decided: Iterable[tuple[Any, Any, str]], frames: tuple[Frame, ...], ready: Readied
) -> Decisions:
    """Decided pairs of labels as pairs of records; of joint rows the first person is meant.

    Raises:
        ConfigurationError: a label names no row or several, or a decision is another word.
    """
    first = pc.equal(ready.records["party"], 1).to_numpy()
    rows = ready.records["source_row"].to_numpy() - 1
    side = ready.side if ready.side is not None else np.zeros(len(rows), np.int8)
    found: dict[str, list[tuple[int, int]]] = {"same": [], "different": []}
    for left, right, word in decided:
        if word not in found:
            raise ConfigurationError(f"{word!r} is no decision.", remedy='Write "same" or "different".')
        pair = []
        for place, label in ((0, left), (len(frames) - 1, right)):
            here = first & (side == place) & (rows == frames[place].row(label))
            pair.append(int(np.flatnonzero(here)[0]))
        found[word].append((pair[0], pair[1]))
    together, parted = (np.array(found[word], np.int64).reshape(-1, 2) for word in found)
    settled = settle(together, parted, ready.apart)
    return Decisions(settled.together, settled.parted, settled.dropped)
