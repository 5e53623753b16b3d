"""The night: the only module that knows the order of the stages.

extract → normalise → link → score → report, then data, manifest and pointer. Everything a
stage needs from another passes through here as a table or a function.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch import __version__
from fraudmatch.audit import Run, publish, start_run
from fraudmatch.casework import Casework, Ties, make_cases, terms_of
from fraudmatch.containment import READERS
from fraudmatch.errors import EXIT_DELIVERIES_HELD, EXIT_DONE, ConservationError, SiteError
from fraudmatch.extract import extract, slots_of
from fraudmatch.intake import accepted_before, keep, read_decisions, read_register, take_in
from fraudmatch.linkage import Scorer, link_all, load_model
from fraudmatch.manifest import manifest_of
from fraudmatch.normalise import normalise
from fraudmatch.outcomes import outcomes_of_night
from fraudmatch.report import ReportInput, Worklist, report
from fraudmatch.schemas import EVIDENCE, conform, empty, sort_rejects
from fraudmatch.scoring import Library, load_library, overrule, read_overrides, score
from fraudmatch.shipped import shipped
from fraudmatch.site import Site
from fraudmatch.stages import NightTables, Prepared, Say, StageResults, Stopwatch

if TYPE_CHECKING:
    from fraudmatch.linkage import LinkedNight
    from fraudmatch.scoring import Scored

#: Columns of RECORDS that say where a record came from physically; they are stored apart, so
#: that the content of a night has one digest whatever the order of rows in the files.
ORIGIN = ("delivery", "source_row")

#: Relation -> the comparison that evidence of it shows, where no model weighs what is shared.
_SHARED = {"account": "bank", "phone": "phone", "email": "email"}


@dataclass(frozen=True)
class Night:
    """A finished night.

    Attributes:
        run: where it is kept.
        scored: flags as the overrides leave them. overruled: OVERRULED.
        exit_code: 0, or 4 when some deliveries were refused.
        files: report files written.
    """

    site: Site
    as_at: dt.date
    run: Run
    prepared: Prepared
    linked: LinkedNight
    scored: Scored
    overruled: pa.Table
    casework: Casework
    library: Library
    watch: Stopwatch
    exit_code: int
    files: list[Path]


def as_at_of(site: Site, as_at: dt.date | None) -> dt.date:
    """The date the exercise speaks of: the one given, else the site's.

    Raises:
        SiteError: neither says one; the clock is never asked.
    """
    chosen = as_at or site.as_at
    if chosen is None:
        raise SiteError(
            "The exercise has no date.", remedy="Give --as-at 2026-03-31, or set as_at in site.toml."
        )
    return chosen


def rule_folders(site: Site | None) -> list[Path]:
    """The shipped rules, then the site's own, which replace shipped ones of the same id."""
    own = [site.rules_folder] if site and site.rules_folder.is_dir() else []
    return [shipped("rules"), *own]


def prepare(site: Site, as_at: dt.date, watch: Stopwatch, say: Say) -> Prepared:
    """Extract every delivery, take in what passes its gates, and normalise it.

    Raises:
        ConservationError: a received row has no record.
    """
    register, decisions = read_register(site), read_decisions(site.releases_file, as_at)
    with watch.stage("extract", say):
        extracted = extract(site)
        before = accepted_before(site.accepted_folder, as_at, slots_of(site))
        taken = take_in(extracted.files, before, as_at, register=register, decisions=decisions)
    with watch.stage("normalise", say):
        normalised = normalise(taken.received, taken.deliveries, as_at=as_at)
    loaded = sum(table.num_rows for table in taken.received.values())
    # Every row has exactly one first party; counting rows would miss a file delivered twice.
    kept = pc.sum(pc.equal(normalised.records["party"], 1)).as_py() or 0
    if kept != loaded:
        raise ConservationError(
            f"{loaded:,} rows were loaded and {kept:,} have a record.",
            remedy="Nothing was published. Report this as a fault of the program.",
        )
    rejects = sort_rejects(pa.concat_tables([taken.rejects, normalised.rejects]))
    return Prepared(
        normalised.records,
        normalised.details,
        rejects,
        taken.deliveries,
        taken.accepted,
        taken.sent_back,
        taken.profiles,
    )


def run_night(
    site: Site, *, as_at: dt.date | None = None, threads: int | None = None, say: Say = lambda _: None
) -> Night:
    """Run one whole night and publish it under runs/.

    Args:
        site: the site folder.
        as_at: the date the exercise speaks of; the site's when None.
        threads: at most this many in the linkage core; the result does not depend on it.
        say: told what is being done.

    Raises:
        ConfigurationError: a site, mapping, rule or model file has faults.
        RunError: the night could not finish; nothing was published.
    """
    started = dt.datetime.now(dt.UTC)
    day, watch = as_at_of(site, as_at), Stopwatch()
    library = load_library(rule_folders(site))
    overrides = read_overrides(site.overrides, site.partner_ids, library)
    prepared = prepare(site, day, watch, say)
    READERS.close()
    with watch.stage("link", say):
        linked = link_all(prepared.records, prepared.details, threads=threads, progress=say)
    with watch.stage("score", say):
        scored = score(
            prepared.records, prepared.details, linked.groups, library, linked.scorers,
            as_at=day, payment_links=linked.links["payment"],
        )  # fmt: skip
        flags, overruled = overrule(scored.flags, overrides, library)
        members = scored.members.filter(
            pc.is_in(scored.members["flag_key"], value_set=flags["flag_key"].combine_chunks())
        )
        scored = replace(scored, flags=flags, members=members)
        evidence = evidence_of(scored.flags, linked.scorers)
    with watch.stage("cases", say):
        outcomes = outcomes_of_night(site.outcomes_file, site.outcomes_store, day, recorded_at=started)
        terms = terms_of(library.constants(day))
        ties = Ties(scored.members, prepared.records.select(["phone", "email"]))
        casework = make_cases(scored.flags, linked.groups, library.texts(), outcomes.table, terms, ties)
    results = StageResults(prepared, linked, scored, evidence, overrides, overruled, outcomes, casework)
    run = start_run(site.runs_folder)
    digests = _write_tables(run, results)
    run_id = f"{day.isoformat()}-{_digest(digests, site, library)[:10]}"
    with watch.stage("report", say):
        files = report(run.reports, report_input(site, day, run_id, library, results.tables()))
    published = publish(run, run_id, manifest_of(site, day, run_id, library, results, watch, started))
    keep(site.accepted_folder, day, prepared.accepted)
    files = [published.folder / path.relative_to(run.folder) for path in files]
    refused = pc.any(
        pc.is_in(prepared.deliveries["state"], pa.array(["refused", "held", "deferred"]))
    ).as_py()
    return Night(
        site, day, published, prepared, linked, scored, overruled, casework, library, watch,
        EXIT_DELIVERIES_HELD if refused else EXIT_DONE, files,
    )  # fmt: skip


def evidence_of(flags: pa.Table, scorers: Mapping[str, Scorer]) -> pa.Table:
    """EVIDENCE of every flag that pairs two records: the person model's view and, where the
    rule rests on another model, on a bank account or on a contact, that one's.
    """
    pairs = flags.filter(pc.is_valid(flags["right_id"]))
    parts = [empty(EVIDENCE)]
    for model, relations in (
        ("person", ("person", "property", *_SHARED)),
        ("organisation", ("organisation", *_SHARED)),
        ("payment", ("payment",)),
    ):
        wanted = pairs.filter(pc.is_in(pairs["relation"], pa.array(relations)))
        if wanted.num_rows:
            left, right = wanted["left_id"].to_numpy(), wanted["right_id"].to_numpy()
            parts.append(scorers[model].evidence(wanted["flag_key"].to_pylist(), left, right))
    for relation in _SHARED:
        parts.append(_shared_evidence(relation, pairs.filter(pc.equal(pairs["relation"], relation))))
    table = pa.concat_tables(parts).sort_by([(k, "ascending") for k in ("flag_key", "model", "position")])
    return conform(table, EVIDENCE, what="EVIDENCE")


def _shared_evidence(relation: str, flags: pa.Table) -> pa.Table:
    """That both records have the same bank account, telephone number or e-mail address; not which."""
    said = {
        "model": relation,
        "position": 0,
        "comparison": _SHARED[relation],
        "level": "same",
        "agreement": "agrees",
    }
    rows = {name: [value] * len(flags) for name, value in said.items()}
    columns = rows | {"flag_key": flags["flag_key"].combine_chunks(), "weight": [0.0] * len(flags)}
    return pa.table({f.name: pa.array(columns[f.name], f.type) for f in EVIDENCE}, schema=EVIDENCE)


def _write_tables(run: Run, results: StageResults) -> dict[str, str]:
    """Write every stage table; the sha256 of those that carry the night's content."""
    prepared, linked, scored = results.prepared, results.linked, results.scored
    content = {"records": run.write("records", prepared.records.drop_columns(list(ORIGIN)))}
    run.write("origins", prepared.records.select(["record_id", *ORIGIN]))
    for dataset in sorted(prepared.details):
        content[f"details_{dataset}"] = run.write(f"details_{dataset}", prepared.details[dataset])
    run.write("rejects", prepared.rejects)
    run.write("deliveries", prepared.deliveries)
    run.write("sent_back", prepared.sent_back, private=True)
    run.write("profiles", prepared.profiles, private=True)
    run.write("groups", linked.groups)
    for relation in sorted(linked.links):
        run.write(f"links_{relation}", linked.links[relation])
    run.write("flags", scored.flags)
    run.write("held", scored.held)
    run.write("members", scored.members)
    run.write("evidence", results.evidence)
    content["outcomes"] = run.write("outcomes", results.outcomes.table)
    run.write("cases", results.casework.cases)
    run.write("case_flags", results.casework.flags)
    run.write("overruled", results.overruled)
    return content


def _digest(content: Mapping[str, str], site: Site, library: Library) -> str:
    """One digest of what decides the result: content, rules, models, overrides and version."""
    rules = {
        f"{number}/{path.relative_to(folder).as_posix()}": path.read_text(encoding="utf-8")
        for number, folder in enumerate(rule_folders(site))
        for path in sorted(folder.rglob("*.toml"))
    }
    models = {
        name: load_model(name).model_dump(mode="json")
        for name in ("property", "organisation", "person", "payment")
    }
    decided = [dict(content), rules, models, __version__, *site.overrides]
    whole = json.dumps(decided, sort_keys=True, default=str)
    return hashlib.sha256(whole.encode("utf-8")).hexdigest()


def report_input(site: Site, day: dt.date, run_id: str, library: Library, tables: NightTables) -> ReportInput:
    """What the reports of a night need, with the texts of the rules that ran."""
    ran = {rule_id: text for rule_id, text in library.texts(day).items() if text.status in ("trial", "live")}
    prepared = tables.prepared
    return ReportInput(
        site_name=site.name, as_at=day, run_id=run_id, partners=site.partners, records=prepared.records,
        details=prepared.details, groups=tables.groups, flags=tables.flags, held=tables.held,
        members=tables.members, evidence=tables.evidence, rejects=prepared.rejects,
        deliveries=prepared.deliveries, sent_back=prepared.sent_back, profiles=prepared.profiles, rules=ran, overrides=tables.overrides, overruled=tables.overruled,
        worklist=Worklist(tables.cases, tables.case_flags),
    )  # fmt: skip
