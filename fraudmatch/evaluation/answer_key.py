"""Links and nights against answer keys: what was found, missed and wrongly flagged."""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from fraudmatch.errors import RunError
from fraudmatch.kept import Kept, read_night
from fraudmatch.linkage.measuring.measures import (
    measure_groups,
    measure_links,
    measure_pairs,
    pairs_completeness,
    reduction_ratio,
)
from fraudmatch.site import load_site

Pairs = set[tuple[str, str]]
Ids = npt.NDArray[np.int64]

#: Answer-key table -> (column of the true group, column of GROUPS).
KEYS = {"persons": ("entity", "person_id"), "properties": ("property", "property_id"),
         "organisations": ("organisation", "organisation_id")}  # fmt: skip

#: Relation that links -> its table of the answer key.
KEY_OF = {"person": "persons", "property": "properties", "organisation": "organisations"}

#: Kinds of cases in an answer key -> their name in measures. Flags of the last two are wrong.
CASE_KINDS = {"planted": "planted", "look_alike": "look_alikes", "near_miss": "near_misses"}

_RECORD = ["partner", "dataset", "source_ref", "party"]


def evaluate_links(path: Path, truth: Path) -> dict[str, Any]:
    """Measures of a links.parquet or clusters.parquet against true pairs or groups.

    With `blocking.parquet` and `summary.json` beside it (as `fraudmatch link` leaves them) pairs
    completeness and reduction ratio are measured too, else they are None.

    Raises:
        RunError: a file has neither pairs nor groups.
    """
    summary = _summary(path.parent)
    two = bool(summary.get("two_files"))
    true = true_pairs(truth, two)
    found = _found_pairs(path, two)
    made: dict[str, Any] = dict(measure_pairs(found, true).as_dict())
    made["pairs_completeness"] = _completeness(path.parent / "blocking.parquet", true, two)
    made["reduction_ratio"] = (
        reduction_ratio(summary["candidate_pairs"], summary["possible_pairs"]) if summary else None
    )
    return made


def _summary(folder: Path) -> dict[str, Any]:
    path = folder / "summary.json"
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    return found


def _ordered(left: str, right: str, two: bool) -> tuple[str, str]:
    """A pair across two files keeps its order; within one file the smaller comes first."""
    return (left, right) if two or left <= right else (right, left)


def true_pairs(path: Path, two: bool) -> Pairs:
    """The pairs of a truth file: left then right across two files, else the smaller reference first.

    Raises:
        RunError: the file holds neither pairs nor groups.
    """
    with path.open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines))
    columns = set(rows[0]) if rows else {"left_ref", "right_ref"}
    if {"left_ref", "right_ref"} <= columns:
        return {_ordered(row["left_ref"], row["right_ref"], two) for row in rows}
    if {"source_ref", "entity"} <= columns:
        return _pairs_of([(r["source_ref"], r.get("file", "left"), r["entity"]) for r in rows], two)
    raise RunError(
        f"{path} has the columns {', '.join(sorted(columns))}.",
        remedy="Truth needs left_ref and right_ref, or source_ref and entity (with file = left | right for two files).",
    )


def _found_pairs(path: Path, two: bool) -> Pairs:
    table = pq.read_table(path)
    if "left_ref" in table.column_names:
        pairs = zip(table["left_ref"].to_pylist(), table["right_ref"].to_pylist(), strict=True)
        return {_ordered(left, right, two) for left, right in pairs}
    if "cluster_id" in table.column_names:
        rows = zip(*(table[c].to_pylist() for c in ("source_ref", "file", "cluster_id")), strict=True)
        return _pairs_of(list(rows), two)
    raise RunError(
        f"{path} holds neither links nor clusters.", remedy="Give links.parquet or clusters.parquet."
    )


def _pairs_of(rows: list[tuple[str, str, Any]], two: bool) -> Pairs:
    """All pairs inside the groups of (reference, file, group) rows; across files when there are two."""
    members: dict[Any, list[tuple[str, str]]] = defaultdict(list)
    for ref, file, group in rows:
        members[group].append((file, ref))
    pairs: Pairs = set()
    for inside in members.values():
        inside.sort()
        for k, (file, ref) in enumerate(inside):
            pairs |= {
                _ordered(ref, other, two)
                for other_file, other in inside[k + 1 :]
                if not two or other_file != file
            }
    return pairs


def _completeness(path: Path, true: Pairs, two: bool) -> float | None:
    if not path.is_file():
        return None
    table = pq.read_table(path)
    names = [name for name in table.column_names if name.startswith("key_")]
    keys = np.stack([table[name].to_numpy() for name in names], 1)
    place: dict[tuple[str, str], int] = {}
    for row, (ref, file) in enumerate(
        zip(table["source_ref"].to_pylist(), table["file"].to_pylist(), strict=True)
    ):
        place.setdefault((file, ref), row)
    right_file = "right" if two else "left"
    rows = [(place.get(("left", a)), place.get((right_file, b))) for a, b in sorted(true)]
    known = [(a, b) for a, b in rows if a is not None and b is not None]
    if not known:
        return None
    left, right = np.array(known).T
    share = pairs_completeness(keys, left, right)
    return None if share is None else round(share * len(known) / len(rows), 6)


# ---------------------------------------------------------------------------------------
# A night of a synthetic partnership
# ---------------------------------------------------------------------------------------


def evaluate_site(folder: Path, run_id: str | None = None) -> dict[str, Any]:
    """Measures of a night against the answer key of its site.

    Raises:
        RunError: there is no answer key or no night.
    """
    key = key_of_site(folder)
    kept = read_night(load_site(folder), run_id)
    made: dict[str, Any] = {"run_id": kept.run.folder.name}
    for name, (column, group) in KEYS.items():
        entity = entities(kept, key / f"{name}.parquet", column)
        made[name] = measure_groups(_ids(kept.groups[group]), entity).as_dict()
        if name == "persons":
            links = kept.run.read("links_person")
            direct = measure_links(links["left_id"].to_numpy(), links["right_id"].to_numpy(), entity)
            made["person_links"] = direct.as_dict()
    made["cases"] = _cases(kept, key / "cases.csv")
    return made


def key_of_site(folder: Path) -> Path:
    """The folder of the answer key of a site.

    Raises:
        RunError: there is none.
    """
    key = folder / "answer_key"
    if not (key / "cases.csv").is_file():
        raise RunError(
            f"{folder} has no answer_key.",
            remedy="Only sites made by `fraudmatch sample` have one. Without answers: "
            f"fraudmatch evaluate {folder} --plan-review 200 --out sample.csv",
        )
    return key


def _ids(column: pa.ChunkedArray) -> Ids:
    return np.asarray(column.cast(pa.int64()).fill_null(-1).to_numpy(), np.int64)


def entities(kept: Kept, path: Path, column: str) -> Ids:
    """int64 [records]: the true group of each record, -1 where the key says nothing."""
    records = kept.prepared.records.select(["record_id", *_RECORD])
    truth = pq.read_table(path, columns=[*_RECORD, column])
    truth = truth.set_column(3, "party", truth["party"].cast(pa.int8()))
    joined = records.join(truth, keys=_RECORD, join_type="left outer").sort_by("record_id")
    return _ids(joined[column])


def _cases(kept: Kept, path: Path) -> dict[str, Any]:
    """Per rule and in all: planted cases, look-alikes and near misses flagged, and flags that are in no list."""
    flagged = _flagged(kept)
    kinds: dict[str, dict[str, list[bool]]] = {kind: defaultdict(list) for kind in CASE_KINDS}
    expected: dict[str, Pairs] = defaultdict(set)
    with path.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            pair = _ordered(_name(row, "left"), _name(row, "right"), False)
            expected[row["rule_id"]].add(pair)
            kinds[row["kind"]][row["rule_id"]].append(pair in flagged[row["rule_id"]])
    rules = {}
    for rule in sorted({*chain(*kinds.values()), *flagged}):
        found = {kind: by_rule[rule] for kind, by_rule in kinds.items()}
        rules[rule] = _shares(found) | {"other_flags": len(flagged[rule] - expected[rule])}
    everything = _shares({kind: list(chain(*by_rule.values())) for kind, by_rule in kinds.items()})
    everything["other_flags"] = sum(rule["other_flags"] for rule in rules.values())
    return {"all": everything, "by_rule": rules}


def _shares(found: dict[str, list[bool]]) -> dict[str, Any]:
    """How many cases of each kind there are, how many are flagged, and their share; None of no cases."""
    shares: dict[str, Any] = {}
    for kind, plural in CASE_KINDS.items():
        flags = found[kind]
        shares |= {plural: len(flags), f"{plural}_flagged": sum(flags)}
        shares[f"{plural}_share"] = round(sum(flags) / len(flags), 6) if flags else None
    return shares


def _name(row: dict[str, str], side: str) -> str:
    parts = [row[f"{side}_partner"], row[f"{side}_dataset"], row[f"{side}_ref"]]
    return "/".join(parts) if parts[2] else ""


def _flagged(kept: Kept) -> dict[str, Pairs]:
    """Rule -> the source rows its flags pair, as names; of a group every member alone."""
    records = kept.prepared.records
    names = [
        "/".join(parts)
        for parts in zip(*(records[c].to_pylist() for c in ("partner", "dataset", "source_ref")), strict=True)
    ]
    found: dict[str, Pairs] = defaultdict(set)
    flags = kept.flags
    for rule, left, right in zip(
        *(flags[c].to_pylist() for c in ("rule_id", "left_id", "right_id")), strict=True
    ):
        found[rule].add(_ordered(names[left], "" if right is None else names[right], False))
    rule_of = dict(zip(flags["flag_key"].to_pylist(), flags["rule_id"].to_pylist(), strict=True))
    for key, member in zip(*(kept.members[c].to_pylist() for c in kept.members.column_names), strict=True):
        found[rule_of[key]].add(_ordered(names[member], "", False))
    return found
