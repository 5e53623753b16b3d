"""Removing what is past its time, so that a purge that was cut short anywhere is finished by the next.

List (`NNNN.plan.json`), entry "purge.begun" with its digest, removal, certificate, entry "purge.done" with the digest
of that, then the list goes: each is on the disk before the next. A list without its entry counts for nothing.
What is removed is what stands in the list, is still the same file, and is still due: a hold that was written
meanwhile wins.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from fraudmatch.accounts import Accounts
from fraudmatch.audit import BUILDING, clear, put_back, read_manifest, sha256_of
from fraudmatch.audit.building import read_note
from fraudmatch.audit.store import PURGED, purged_from
from fraudmatch.durable import make_folder, rename_folder, sync_folder, write_text
from fraudmatch.errors import GateError, LedgerError
from fraudmatch.ledger.chain import head_of, newest
from fraudmatch.ledger.entering import enter
from fraudmatch.ledger.entry import Entry, Head
from fraudmatch.ledger.erased import OF_ACTS, OF_DECISIONS, erase_words, with_words
from fraudmatch.ledger.people import login_name
from fraudmatch.locking import locked
from fraudmatch.retention.certificate import as_text, certificate_of
from fraudmatch.retention.due import due_in
from fraudmatch.retention.holds import read_holds
from fraudmatch.retention.items import IN_STORE, Item
from fraudmatch.retention.left import left_partners
from fraudmatch.retention.seen import remember
from fraudmatch.retention_terms import Retention
from fraudmatch.site import Site
from fraudmatch.store.access import ready, transaction

#: Moments at which tests stop a purge, in their order.
POINTS = (
    "tidied",
    "listed",
    "entered",
    "decisions",
    "erased",
    "marked",
    "renamed",
    "half",
    "removed",
    "certified",
    "done",
)

_PURGING = ".purging-"
#: Kind -> the folder of the site that holds a folder for each partner.
_FOLDERS = {"delivery": "deliveries", "accepted": "accepted", "agreement": "partners"}
_LIST = ".plan.json"
#: Kind of what is in the store -> what its words are.
_WORDS_OF = {"decision": OF_DECISIONS, "act": OF_ACTS}


@dataclass(frozen=True)
class Purged:
    """A purge that was carried out.

    Attributes:
        number: four digits or more. certificate: as written in purges/<number>.json. head: of the ledger after it.
        finished: it was begun by an earlier start.
    """

    number: str
    certificate: dict[str, Any]
    head: Head
    finished: bool


def purge(
    site: Site, terms: Retention | None, on: dt.date, *, by: str | None = None, at: Callable[[str], None] = lambda _: None
) -> list[Purged]:  # fmt: skip
    """Finish a purge that was cut short, then remove what is past its time on a day; what was done, in order.

    Args:
        terms: null = no months are agreed: only what is of partners that left goes.
        on: the day that is asked about. by: who; null = the login name of the operating system.
        at: told each of POINTS as it is reached; for tests.

    Raises:
        BusyError: a run is active. GateError: a finished night waits to be published.
        RunError: there is no night. SiteError: holds or sharing records have faults; nothing was removed.
    """
    started = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
    with locked(site.runs_folder / ".lock", started):
        read_holds(site, on)
        _end_accounts(site, by)
        _tidy(site)
        at("tidied")
        done = [_carried_out(site, terms, path, at, finished=True) for path in _unfinished(site)]
        due = due_in(site, terms, read_holds(site, on))
        if due.items:
            remember(site, due.seen)
            path = _listed(site, due.items, terms, on)
            at("listed")
            _enter_begun(site, path, due.items, by)
            at("entered")
            done.append(_carried_out(site, terms, path, at, finished=False))
        return done


def _end_accounts(site: Site, by: str | None) -> None:
    """Let nobody of a partner that left sign in to the review desk any more."""
    gone = sorted(set(left_partners(site)) - set(site.partner_ids))
    now = dt.datetime.now(dt.UTC)
    for partner in gone:
        Accounts(site).end_of(partner, by=by or login_name(), recorded_at=now)


def _tidy(site: Site) -> None:
    """Put in order what a night left that was cut short while it was published."""
    put_back(site.runs_folder)
    if read_note(site.runs_folder / BUILDING, "seal") is not None:
        raise GateError(
            "A finished night waits to be published, so nothing was purged.",
            remedy=f"Publish it with: fraudmatch run {site.root} --resume",
        )


def _unfinished(site: Site) -> list[Path]:
    """Lists of purges that were begun and not done; a list that was never entered is removed."""
    begun = []
    for path in sorted(site.purges_folder.glob(f"*{_LIST}")):
        entered = _entered(site, "purge.begun", _number(path))
        if entered == sha256_of(path):
            begun.append(path)
        else:
            path.unlink()
    return begun


def _entered(site: Site, action: str, number: str) -> str | None:
    """The digest of the newest entry about a purge; null where there is none."""
    ready(site.outcomes_store)
    with transaction(site.outcomes_store) as connection:
        entry = newest(connection, action, f"purge {number}")
    return entry.after_digest if entry else None


def _number(path: Path) -> str:
    return path.name.partition(".")[0]


def _listed(site: Site, items: Sequence[Item], terms: Retention | None, on: dt.date) -> Path:
    """Write the list of a purge under the next number."""
    make_folder(site.purges_folder)
    used = [int(n) for path in site.purges_folder.glob("*.json") if (n := _number(path)).isdecimal()]
    path = site.purges_folder / f"{max(used, default=0) + 1:04d}{_LIST}"
    told = {
        "on": on.isoformat(),
        "terms": terms.model_dump(mode="json", exclude_none=True) if terms else None,
        "items": [asdict(one) for one in items],
        "files": {one.night: _files_of(site, one) for one in items if one.kind == "night"},
    }
    write_text(path, json.dumps(told, indent=1, sort_keys=True, ensure_ascii=False) + "\n")
    return path


def _files_of(site: Site, night: Item) -> list[str]:
    """SHA-256 of every file of a night, by its manifest."""
    manifest = read_manifest(site.root / night.path) or {"artefacts": {}}
    return sorted(set(manifest["artefacts"].values()))


def _enter_begun(site: Site, path: Path, items: Sequence[Item], by: str | None) -> None:
    kinds = [one.kind for one in items]
    counts = {kind: kinds.count(kind) for kind in sorted(set(kinds))}
    enter(site, "purge.begun", by=by, of=f"purge {_number(path)}", after=sha256_of(path), detail=counts)


def _carried_out(
    site: Site, terms: Retention | None, path: Path, at: Callable[[str], None], *, finished: bool
) -> Purged:
    """Remove what a list names, as far as it is still due, certify it, and enter that."""
    told = json.loads(path.read_text(encoding="utf-8"))
    items, on = [Item(**one) for one in told["items"]], dt.date.fromisoformat(told["on"])
    number, holds = _number(path), read_holds(site, on)
    clear(site.runs_folder / BUILDING)  # an unfinished night has copies, and can be made again
    due = due_in(site, terms, holds)
    # Nights that were given another name are decided: a part of them may be gone.
    spared = _spared(site, items, due.items)
    going = [one for one in items if one not in spared]
    begun = _begun(site, number)
    _erase(site, going, "decision", begun.actor)
    at("decisions")
    _erase(site, going, "act", begun.actor)
    at("erased")
    _remove_files(site, [one for one in going if one.kind not in ("night", *IN_STORE)], number, at)
    _remove_folders(site, sorted({one.partner for one in going if one.partner and one.kind in _FOLDERS}))
    _remove_nights(site, [one for one in going if one.kind == "night"], at)
    at("removed")
    certificate = certificate_of(
        site, number, told, (going, spared), due.stays, holds, Head(begun.seq, begun.hash)
    )
    text = json.dumps(certificate, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    write_text(site.purges_folder / f"{number}.txt", as_text(certificate))
    write_text(site.purges_folder / f"{number}.json", text)
    at("certified")
    after = sha256_of(site.purges_folder / f"{number}.json")
    if _entered(site, "purge.done", number) != after:
        counts = {"removed": len(going), "spared": len(spared)}
        enter(
            site, "purge.done", by=begun.actor, of=f"purge {number}", before=sha256_of(path), after=after, detail=counts
        )  # fmt: skip
    at("done")
    path.unlink()
    sync_folder(site.purges_folder)
    with transaction(site.outcomes_store) as connection:
        return Purged(number, certificate, head_of(connection), finished)


def _erase(site: Site, going: Sequence[Item], kind: str, by: str) -> None:
    """Erase the words of what goes of one kind of event in the store."""
    chosen = {_event(one) for one in going if one.kind == kind}
    erase_words(site.outcomes_store, chosen, by, _WORDS_OF[kind])


def _spared(site: Site, items: Sequence[Item], due: Sequence[Item]) -> list[Item]:
    """What of a list is there, and is not due any more: held since, in use again, or another file by that name."""
    still = {(one.kind, one.path, one.sha256) for one in due}
    worded = {
        (kind, number)
        for kind, words in _WORDS_OF.items()
        for number, _, _ in with_words(site.outcomes_store, words)
    }

    def there(one: Item) -> bool:
        if one.kind in IN_STORE:
            return (one.kind, _event(one)) in worded
        return (site.root / one.path).exists() and not _is_orphan(site, one)

    return [one for one in items if there(one) and (one.kind, one.path, one.sha256) not in still]


def _event(item: Item) -> int:
    """The number of a decision or act that is an item."""
    return int(item.path.split()[-1])


def _is_orphan(site: Site, item: Item) -> bool:
    """Whether it is an accepted extract whose note is gone: notes go first, and then nobody knows of it."""
    path = site.root / item.path
    return item.kind == "accepted" and path.suffix == ".parquet" and not path.with_suffix(".json").exists()


def _begun(site: Site, number: str) -> Entry:
    """The entry that a purge begins with."""
    with transaction(site.outcomes_store) as connection:
        entry = newest(connection, "purge.begun", f"purge {number}")
    if entry is None:
        raise LedgerError(
            f"Purge {number} was never entered.", remedy="Verify it: fraudmatch audit verify SITE"
        )
    return entry


def _remove_files(site: Site, items: Sequence[Item], number: str, at: Callable[[str], None]) -> None:
    """Remove files; what lies in a night is marked there as purged first, so that it is never just missing."""
    by_night: dict[str, list[str]] = {}
    for one in items:
        if one.night is not None:
            folder = f"runs/{one.night}/"
            by_night.setdefault(one.night, []).append(one.path.removeprefix(folder))
    for night, names in sorted(by_night.items()):
        run = site.runs_folder / night
        if run.is_dir():
            gone = purged_from(run) | dict.fromkeys(names, number)
            write_text(run / PURGED, json.dumps(gone, indent=0, sort_keys=True) + "\n")
    at("marked")
    for place, one in enumerate(items):
        if place == len(items) // 2:
            at("half")
        (site.root / one.path).unlink(missing_ok=True)
    for parent in sorted({(site.root / one.path).parent for one in items}):
        if parent.is_dir():
            sync_folder(parent)


def _remove_folders(site: Site, partners: Sequence[str]) -> None:
    """Remove what is empty now of the folders of partners that left."""
    for partner in partners:
        if partner not in site.partner_ids:
            for name in _FOLDERS.values():
                top = site.root / name / partner
                folders = sorted((path for path in top.rglob("*") if path.is_dir()), reverse=True)
                for folder in (*folders, top):
                    with contextlib.suppress(OSError):  # something is in it, or it is not there
                        folder.rmdir()


def _remove_nights(site: Site, items: Sequence[Item], at: Callable[[str], None]) -> None:
    """Remove nights: each gets a name that nobody reads first, so that no half of one is ever taken for a night."""
    runs = site.runs_folder
    for one in items:
        if (site.root / one.path).is_dir():
            rename_folder(site.root / one.path, runs / f"{_PURGING}{one.night}")
            at("renamed")
    for folder in sorted(runs.glob(f"{_PURGING}*")):
        shutil.rmtree(folder)
    if runs.is_dir():
        sync_folder(runs)
