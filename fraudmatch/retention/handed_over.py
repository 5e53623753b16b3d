"""What a partner takes with it: all that it brought, what became of it, and what it decided; nothing of another partner's records."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from fraudmatch.accounts import Accounts
from fraudmatch.audit import Run, open_run, sha256_of
from fraudmatch.caselog import CaseLog
from fraudmatch.durable import make_folder, sync_files, write_text
from fraudmatch.errors import RunError
from fraudmatch.ledger.chain import entries, head_of
from fraudmatch.ledger.entry import FIELDS
from fraudmatch.outcomes.listing import as_csv, plain
from fraudmatch.outcomes.store import open_store
from fraudmatch.report.clean import guard
from fraudmatch.site import Site
from fraudmatch.store.access import exists, ready, transaction

#: Numbers that mean something in one night alone, and nothing to anybody else.
_OF_THE_NIGHT = ("record_id",)
#: Folder of the site -> folder it is copied to.
_COPIED = {"deliveries": "deliveries", "partners": "agreements", "accepted": "accepted"}


@dataclass(frozen=True)
class HandedOver:
    """What was written.

    Attributes:
        night: the newest. files: path in the folder -> SHA-256. counts: rows and decisions, by what they are.
    """

    night: str
    files: dict[str, str]
    counts: dict[str, int]


def hand_over(site: Site, partner: str, out: Path) -> HandedOver:
    """Write a folder that a partner takes with it; every file is on the disk when this returns.

        deliveries/ agreements/ accepted/   its files as they lie in the site
        records/<data set>.parquet, .csv    its records of the newest night, as cleaned
        rejects.csv                         faults found in its files, by record number
        reports/                            what the newest night told it, rows to correct too
        decisions.csv, .json                every decision on its flags, with what was superseded
        acts.json                           what its people did about cases at the review desk
        accounts.json                       who of its people might sign in there; no password
        ledger.json                         entries that concern it
        certificate.json, .txt              what is here, by SHA-256

    Args:
        out: new or empty.

    Raises:
        RunError: there is no night, or one of its files is not what was published.
    """
    run = open_run(site.runs_folder)
    make_folder(out)
    out.chmod(0o700)
    for source, to in _COPIED.items():
        _copied(site.root / source / partner, out / to)
    _copied(_checked_reports(run, partner), out / "reports")
    counts = {"records": _records(run, partner, out / "records")}
    rejects = _mine(run.read("rejects"), partner)
    _write_csv(rejects, out / "rejects.csv")
    decisions, acts = _decisions(site, partner, out), _ledger(site, partner, out)
    counts |= {"rejects": rejects.num_rows, "decisions": decisions, "ledger_entries": acts}
    counts |= {"acts_on_cases": _acts(site, partner, out), "accounts": _accounts(site, partner, out)}
    files = {path.relative_to(out).as_posix(): sha256_of(path) for path in _files(out)}
    done = HandedOver(run.folder.name, files, counts | {"files": len(files)})
    _certify(site, partner, done, out)
    sync_files(_files(out))
    return done


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


def _copied(folder: Path, to: Path) -> None:
    """Copy files of a folder, links and what is hidden left out."""
    for path in _files(folder) if folder.is_dir() else ():
        name = path.relative_to(folder)
        if not any(part.startswith(".") for part in name.parts):
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, to / name)


def _checked_reports(run: Run, partner: str) -> Path:
    """The folder of a partner's reports, every file as it was published."""
    folder = run.reports / partner
    for path in _files(folder) if folder.is_dir() else ():
        name = path.relative_to(run.folder).as_posix()
        if run.manifest["artefacts"].get(name) != sha256_of(path):
            raise RunError(
                f"{path} is not the file that was published.", remedy="See: fraudmatch verify SITE"
            )
    return folder


def _mine(table: pa.Table, partner: str) -> pa.Table:
    return table.filter(pc.equal(table["partner"], partner))


def _records(run: Run, partner: str, folder: Path) -> int:
    """Write the partner's records, each data set with its details; how many there are."""
    records = _mine(run.read("records"), partner)
    folder.mkdir()
    for dataset in sorted(set(records["dataset"].to_pylist())):
        rows = records.filter(pc.equal(records["dataset"], dataset))
        if f"details_{dataset}" in run.names():
            details = run.read(f"details_{dataset}")
            more = [name for name in details.column_names if name not in rows.column_names]
            rows = rows.join(details.select(["record_id", *more]), "record_id", use_threads=False)
        rows = rows.sort_by("record_id").drop_columns(list(_OF_THE_NIGHT))
        pq.write_table(rows.replace_schema_metadata(None), folder / f"{dataset}.parquet", compression="zstd")
        _write_csv(rows, folder / f"{dataset}.csv")
    return int(records.num_rows)


def _write_csv(table: pa.Table, path: Path) -> None:
    """A table as CSV; a text that a spreadsheet would take for a formula begins with an apostrophe."""
    columns = {}
    for field in table.schema:
        values = table[field.name].combine_chunks()
        if pa.types.is_dictionary(field.type):
            values = values.dictionary_decode()
        if pa.types.is_nested(field.type):
            values = pa.array([json.dumps(each) if each is not None else None for each in values.to_pylist()])
        columns[field.name] = guard(values) if pa.types.is_string(values.type) else values
    pacsv.write_csv(pa.table(columns), path)


def _decisions(site: Site, partner: str, out: Path) -> int:
    """Write the decisions on flags that are the partner's; how many."""
    events = open_store(site.outcomes_store).events() if exists(site.outcomes_store) else []
    mine = [event for event in events if event.decision.partner == partner]
    write_text(out / "decisions.csv", as_csv(mine))
    write_text(out / "decisions.json", _json([plain(event) for event in mine]))
    return len(mine)


def _acts(site: Site, partner: str, out: Path) -> int:
    """Write what was done about the partner's cases; how much."""
    events = CaseLog(open_store(site.outcomes_store)).events() if exists(site.outcomes_store) else []
    mine = [
        asdict(event.act) | {"recorded_at": event.recorded_at}
        for event in events
        if event.act.partner == partner
    ]
    write_text(out / "acts.json", _json(mine))
    return len(mine)


def _accounts(site: Site, partner: str, out: Path) -> int:
    """Write the accounts of the partner's people, without their passwords; how many."""
    mine = [asdict(account) for account in Accounts(site).all() if account.partner == partner]
    write_text(out / "accounts.json", _json(mine))
    return len(mine)


def _ledger(site: Site, partner: str, out: Path) -> int:
    """Write the entries that concern the partner; how many."""
    ready(site.outcomes_store)
    with transaction(site.outcomes_store) as connection:
        told = [dict(zip(FIELDS, row, strict=True)) for row in entries(connection)]
    mine = [one for one in told if one["partner"] == partner]
    write_text(out / "ledger.json", _json(mine))
    return len(mine)


def _certify(site: Site, partner: str, done: HandedOver, out: Path) -> None:
    with transaction(site.outcomes_store) as connection:
        head = head_of(connection)
    told = {
        "site": site.name, "partner": partner, "night": done.night, "counts": done.counts,
        "ledger": {"seq": head.seq, "hash": head.hash}, "files": done.files,
    }  # fmt: skip
    write_text(out / "certificate.json", _json(told))
    lines = [f"What {partner} takes from {site.name}", f"Night {done.night}; ledger at {head}", ""]
    lines += [f"  {count:9,d}  {name.replace('_', ' ')}" for name, count in done.counts.items()]
    lines += ["", *_NOT_HERE, ""]
    write_text(out / "certificate.txt", "\n".join(lines))


_NOT_HERE = (
    "Not in here: records of other partners, their flags and what they decided; links between records; raw files that",
    "had been purged or lay in older nights only. Telephone numbers and e-mail addresses are, since they are your own.",
    "It holds personal data, in the clear. Each file by its SHA-256: see certificate.json.",
)


def _json(told: Any) -> str:
    return json.dumps(told, indent=1, ensure_ascii=False, sort_keys=isinstance(told, dict)) + "\n"


def agrees(done: HandedOver, out: Path) -> Iterator[str]:
    """Files of the folder that are not on the disk as they were written; none when it is whole."""
    for name, digest in done.files.items():
        if not (out / name).is_file() or sha256_of(out / name) != digest:
            yield name
