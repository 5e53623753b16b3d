"""Why two records of a finished night were linked, not linked, or never compared.

The keys of the night are made again from its records, which gives what the night had: keys depend
on nothing else.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch.errors import ConfigurationError, GateError
from fraudmatch.kept import Kept
from fraudmatch.linkage import Model, load_model
from fraudmatch.linkage.candidates import blocking_keys
from fraudmatch.linkage.explaining.explain import Explanation, LinkedRecords, explain_pair
from fraudmatch.linkage.size import sized
from fraudmatch.linkage.subjects import Subjects, subjects_of
from fraudmatch.pairs.records import in_words, notes_of, only_row, split_party
from fraudmatch.pairs.text import Sides

Ids = npt.NDArray[np.int64]

#: Relations that have a model of their own in a night.
RELATIONS = ("person", "organisation", "property", "payment")

_GROUP = {"person": "person_id", "organisation": "organisation_id", "property": "property_id"}


def explain_in_night(
    kept: Kept, left: str, right: str, relation: str | None = None
) -> tuple[Explanation, Sides]:
    """Explain two records of a night.

    Args:
        kept: the night read back.
        left, right: "partner:data set:reference", with "#2" for the second party of a joint row.
        relation: which model is asked; None = person, or organisation where both name one.

    Raises:
        ConfigurationError: a name fits no record, or the model does not look at one of them.
        GateError: the model has changed since the night.
    """
    records = kept.prepared.records
    pair = find_record(kept, left), find_record(kept, right)
    relation = relation or _relation_of(records, pair)
    model = model_of_night(kept, relation)
    judged = subjects_of(records, kept.prepared.details, kept.groups, relation)
    one, other = (int(judged.rows_of[record]) for record in pair)
    for row, name in ((one, left), (other, right)):
        if row < 0:
            raise ConfigurationError(
                f"The {relation} model does not look at {name}.",
                remedy=f"It names no {relation}, or too little of one. Try --relation with another of {', '.join(RELATIONS)}.",
            )
    linked = _linked(kept, sized(model, judged.table.num_rows), relation, judged)
    notes = notes_of(records, kept.prepared.rejects, pair)
    linked = replace(linked, notes={one: notes.get(pair[0], {}), other: notes.get(pair[1], {})})
    called = {row: record_name(records, int(judged.first[row])) for row in _near(linked, one, other)}
    sides = Sides(
        in_words(records, pair[0], record_name(records, pair[0])),
        in_words(records, pair[1], record_name(records, pair[1])),
        called,
    )
    return explain_pair(linked, one, other), sides


def find_record(kept: Kept, text: str) -> int:
    """The record of a night called "partner:data set:reference[#party]".

    Raises:
        ConfigurationError: the text has another form, or fits no record. GateError: the record is restricted.
    """
    found = _find(kept.prepared.records, text)
    if kept.restricted[found]:
        raise GateError(
            f"{text} is restricted: its partner's nominated officer alone sees it.",
            remedy="The nominated officer finds it at the review desk; see docs/restricted.md.",
        )
    return found


def _find(records: pa.Table, text: str) -> int:
    name, party = split_party(text)
    parts = name.split(":", 2)
    if len(parts) != 3:
        raise ConfigurationError(
            f"{text!r} does not name a record.",
            remedy="Write partner:data set:reference, for example first_council:council_tax:CT123.",
        )
    partner, dataset, ref = parts
    mine = pc.and_(pc.equal(records["partner"], partner), pc.equal(records["dataset"], dataset))
    fits = pc.and_(mine, pc.equal(records["source_ref"], ref))
    where = np.flatnonzero(fits.to_numpy())
    fitting = where[records["party"].take(pa.array(where)).to_numpy() == (party or 1)]
    known = records.filter(mine)["source_ref"].unique().to_pylist()
    return only_row(fitting, ref, known, f"{dataset} of {partner}")


def record_name(records: pa.Table, record: int) -> str:
    """partner:data set:reference."""
    return ":".join(records[name][record].as_py() for name in ("partner", "dataset", "source_ref"))


def _relation_of(records: pa.Table, pair: tuple[int, int]) -> str:
    kinds = {records["party_kind"][record].as_py() for record in pair}
    return "organisation" if kinds == {"organisation"} else "person"


def model_of_night(kept: Kept, relation: str) -> Model:
    """The shipped model, if it is the one of the night.

    Raises:
        GateError: the night used another one.
    """
    model = load_model(relation)
    used = {step["model"] for step in kept.run.manifest.get("linkage", [])}
    if used and model.id not in used:
        raise GateError(
            f"The {relation} model is {model.id} now and was another in the night of {kept.as_at.isoformat()}.",
            remedy="Run the night again, then ask again.",
        )
    return model


def _linked(kept: Kept, model: Model, relation: str, judged: Subjects) -> LinkedRecords:
    keys, _ = blocking_keys(judged.table, model)
    return LinkedRecords(model, judged.table, keys, _groups(kept, relation, judged), apart=judged.apart)


def _groups(kept: Kept, relation: str, judged: Subjects) -> Ids:
    """The group of each row as its smallest row; payments are not grouped."""
    if relation not in _GROUP:
        return np.arange(len(judged.first))
    smallest = kept.groups[_GROUP[relation]].take(pa.array(judged.first)).to_numpy().astype(np.int64)
    return np.asarray(judged.rows_of[smallest])


def _near(linked: LinkedRecords, one: int, other: int) -> list[int]:
    wanted = np.isin(linked.groups, linked.groups[[one, other]])
    found: list[int] = np.flatnonzero(wanted).tolist()
    return found
