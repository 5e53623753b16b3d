"""Flags as the newest published night shows them: what whoever decides about one has seen."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch.audit import Run, open_run
from fraudmatch.errors import RunError
from fraudmatch.outcomes import Decision, Rested, bases, references
from fraudmatch.schemas import RuleText
from fraudmatch.scoring import Library
from fraudmatch.site import Site


def flags_beginning(flags: pa.Table, key: str) -> pa.Table:
    """The flags whose key starts with `key`."""
    return flags.filter(pc.starts_with(flags["flag_key"], key.lower()))


def seen_flags(run: Run, flags: pa.Table, library: Library, secret: Callable[[], bytes]) -> list[Decision]:
    """What a decision about each flag needs to say of it: decisions that decide nothing yet, dated as the night.

    Args:
        flags: FLAGS of the run, some of them, in any order.
        secret: asked for only when there are flags; see `outcomes.basis`.

    Raises:
        RunError: an artefact was changed since it was published.
    """
    if not flags.num_rows:
        return []
    rules = library.texts()
    asked = [rules[rule_id] for rule_id in pc.unique(flags["rule_id"]).to_pylist() if rule_id in rules]
    wanted = {dataset for rule in asked for dataset in (rule.left, rule.right) if dataset}
    details = {
        name: run.read(f"details_{name}") for name in sorted(wanted) if f"details_{name}" in run.names()
    }
    rested = Rested(run.read("records"), details, run.read("members"))
    return undecided(flags, rested, rules, dt.date.fromisoformat(run.manifest["as_at"]), secret())


def undecided(
    flags: pa.Table, rested: Rested, rules: Mapping[str, RuleText], night: dt.date, secret: bytes
) -> list[Decision]:
    """Decisions that decide nothing yet: what is known of each flag, dated as the night.

    Args:
        flags: FLAGS, some of them, in any order. rested: tables of the night they are of.
        rules: rule id -> text, as it is now; of a flag whose rule is not there its facts alone are kept.
        secret: of the store; see `outcomes.basis`.
    """
    told = zip(
        flags.select(["flag_key", "rule_id", "rule_version", "left_partner"]).to_pylist(),
        references(rested.records, flags["left_id"].combine_chunks()).to_pylist(),
        references(rested.records, flags["right_id"].combine_chunks()).to_pylist(),
        _bases(flags, rested, rules, secret),
        strict=True,
    )
    return [
        Decision(
            row["flag_key"], row["rule_id"], row["left_partner"], "unresolved", night,
            rule_version=row["rule_version"], left_ref=left, right_ref=right, basis=basis,
        )
        for row, left, right, basis in told
    ]  # fmt: skip


def seen_before(
    site: Site, library: Library, secret: Callable[[], bytes], decisions: Iterable[Decision]
) -> list[Decision]:
    """Decisions told from elsewhere, each with what the newest published night knows of its flag.

    One about a flag that the night does not have, or told where there is no night, comes back as it was.
    """
    told = list(decisions)
    try:
        run = open_run(site.runs_folder)
        flags = run.read("flags") if told else None
    except RunError:
        return told
    if flags is None:
        return told
    keys = pa.array([one.flag_key for one in told], pa.string())
    known = {
        one.flag_key: one
        for one in seen_flags(run, flags.filter(pc.is_in(flags["flag_key"], keys)), library, secret)
    }
    return [_with(one, known.get(one.flag_key)) for one in told]


def _with(told: Decision, seen: Decision | None) -> Decision:
    if seen is None or seen.rule_id != told.rule_id:
        return told
    return replace(
        told, rule_version=told.rule_version or seen.rule_version, left_ref=seen.left_ref,
        right_ref=seen.right_ref, basis=seen.basis,
    )  # fmt: skip


def _bases(flags: pa.Table, rested: Rested, rules: Mapping[str, RuleText], secret: bytes) -> list[str | None]:
    """The basis of each flag; its facts alone where the rule is not there any more."""
    known = flags.filter(pc.is_in(flags["rule_id"], value_set=pa.array(sorted(rules), pa.string())))
    made = dict(zip(known["flag_key"].to_pylist(), bases(known, rested, rules, secret), strict=True))
    plain = zip(flags["flag_key"].to_pylist(), flags["facts"].to_pylist(), strict=True)
    return [made.get(key) or f'{{"facts":{facts}}}' for key, facts in plain]
