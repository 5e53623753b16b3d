"""A past night made again from what it kept, and compared with what was published, byte for byte.

Everything that decides a night is in its run or told by it: the files of the site as they were (`steps.made_from`),
the newest decision that counted, the head of the ledger that its reports print, and the versions. Nothing of
the site is changed: the night is made in a folder of its own.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from fraudmatch.audit import Building, Run, faults_in, open_run
from fraudmatch.audit.store import MANIFEST
from fraudmatch.errors import GateError, Problem, RunError
from fraudmatch.inputs import rule_folders, stage_keys
from fraudmatch.kept import printed_of
from fraudmatch.ledger.chain import newest
from fraudmatch.manifest import versions
from fraudmatch.order import StandingNight, make_stages
from fraudmatch.outcomes import outcomes_as_then
from fraudmatch.restricted import read_listed
from fraudmatch.scoring import load_library, read_overrides
from fraudmatch.settings import OF_THE_PROGRAM, of_the_program
from fraudmatch.site import Site, load_site
from fraudmatch.stages import Say, Stopwatch
from fraudmatch.steps import made_from
from fraudmatch.store.access import transaction


@dataclass(frozen=True)
class Replayed:
    """A night that was made again.

    Attributes:
        run_id: as published. made: the run id it came to now.
        same: files that are the same, by their path in the run. differ / missing / more: files with other bytes,
            files that were published and not made, files that were made and not published.
        altered: what is wrong with the run as it lies there, one a line.
        threads: at most this many in the linkage core; null = as many as there are.
    """

    run_id: str
    made: str
    same: tuple[str, ...]
    differ: tuple[str, ...]
    missing: tuple[str, ...]
    more: tuple[str, ...]
    altered: tuple[str, ...]
    threads: int | None

    @property
    def is_same(self) -> bool:
        """Whether the night is what it was, to the byte."""
        return self.made == self.run_id and not (self.differ or self.missing or self.more)


def replay(
    site: Site, run_id: str, folder: Path, *, threads: int | None = None, any_version: bool = False,
    say: Say = lambda _: None,
) -> Replayed:  # fmt: skip
    """Make a published night again in `folder` and compare every file with its manifest.

    Args:
        folder: empty; afterwards `site/` holds what the night was made from and `made/run/` what came of it.
        threads: at most this many in the linkage core; the result must not depend on it.
        any_version: go on where the program or a library is another one than then.

    Raises:
        GateError: what the night was made from is not all there any more; lists all that is lacking.
        RunError: there is no such night, or it could not be made.
    """
    run = open_run(site.runs_folder, run_id)
    say("replay · putting back what the night was made from")
    there = folder / "site"
    lacking = [*_entered(site, run), *_put_back(site, run, there)]
    if not any_version:
        lacking += [*_other_versions(run), *_other_rules(run)]
    if lacking:
        raise _cannot(run_id, lacking)
    _settle(there, run)
    then, day = load_site(there), dt.date.fromisoformat(run.manifest["as_at"])
    printed = printed_of(run)
    if printed is None:
        raise RunError(f"Night {run_id} is from before there was a ledger.", remedy="It cannot be replayed.")
    library = load_library(rule_folders(then))
    outcomes = outcomes_as_then(site.outcomes_store, day, run.manifest["outcomes"]["last_event"])
    overrides = read_overrides(then.overrides, then.partner_ids, library)
    upon = StandingNight(
        then,
        day,
        library,
        overrides,
        outcomes,
        stage_keys(then, day, outcomes),
        lambda _: printed,
        read_listed(then),
    )
    building = Building(folder / "made")
    made = make_stages(upon, building, threads=threads, watch=Stopwatch(), say=say)
    return _compared(run, made.run_id, building.artefacts(), threads)


def _compared(run: Run, made: str, now: Mapping[str, str], threads: int | None) -> Replayed:
    then: Mapping[str, str] = run.manifest["artefacts"]
    both = sorted(then.keys() & now.keys())
    return Replayed(
        run.folder.name, made,
        same=tuple(name for name in both if then[name] == now[name]),
        differ=tuple(name for name in both if then[name] != now[name]),
        missing=tuple(sorted(then.keys() - now.keys())),
        more=tuple(sorted(now.keys() - then.keys())),
        altered=tuple(faults_in(run)),
        threads=threads,
    )  # fmt: skip


def _entered(site: Site, run: Run) -> Iterator[Problem]:
    """The manifest is compared with the ledger first: everything else is compared with the manifest."""
    with transaction(site.outcomes_store) as connection:
        entry = newest(connection, "run.published", run.folder.name)
    digest = hashlib.sha256((run.folder / MANIFEST).read_bytes()).hexdigest()
    if entry is None:
        yield Problem(run.folder.name, MANIFEST, "The ledger has no entry of this night.")
    elif entry.after_digest != digest:
        yield Problem(run.folder.name, MANIFEST, "The manifest is not the one that the ledger entered.")


def _put_back(site: Site, run: Run, there: Path) -> Iterator[Problem]:
    if "inputs" not in run.manifest:
        yield Problem(
            run.folder.name, MANIFEST, "The night is from before nights kept what they are made from."
        )
        return
    for name in made_from.put_back(run, site, there):
        what = "The night has no sound copy of this file, and the site has another one or none."
        yield Problem(run.folder.name, name, what)


def _other_versions(run: Run) -> Iterator[Problem]:
    told: Mapping[str, str] = run.manifest["versions"]
    here = versions()
    for name, then in sorted(told.items()):
        if here.get(name) != then:
            yield Problem(
                run.folder.name, name, f"It was made with {then}; here is {here.get(name, 'none')}."
            )


def _other_rules(run: Run) -> Iterator[Problem]:
    """Rules and models that come with the program, where they are not those of the night."""
    told, now = run.manifest["settings"], of_the_program()
    of_then = {name for name in told if name.startswith(OF_THE_PROGRAM)}
    for name in sorted(of_then | now.keys()):
        if told.get(name) != now.get(name):
            yield Problem(run.folder.name, name, "This program comes with another one than the night had.")


def _settle(there: Path, run: Run) -> None:
    """Files that were still growing that night are so again; all others have long been whole."""
    still = {
        f"deliveries/{row['partner']}/{row['file']}"
        for row in run.read("rejects").to_pylist()
        if row["reason"] == "FILE_NOT_SETTLED"
    }
    now = time.time()
    for name in run.manifest["inputs"]:
        if name.startswith("deliveries/"):
            moment = now if name in still else now - 86_400
            os.utime(there / name, (moment, moment))


def _cannot(run_id: str, lacking: list[Problem]) -> GateError:
    return GateError(
        f"Night {run_id} cannot be made again here: what it was made from is not all there.",
        remedy="Put back what is named, or install those versions; --any-version goes on with these.",
        problems=lacking,
    )
