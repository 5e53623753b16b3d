"""Many files read side by side in worker processes, so that none can harm the night or another file."""

from __future__ import annotations

import contextlib
import datetime as dt
import itertools
import os
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from fraudmatch.arrivals import ExtractedFile
from fraudmatch.containment import READERS, Crashed, Done, Limits, Overrun, Raised
from fraudmatch.containment.pool import Outcome
from fraudmatch.errors import ConservationError, SiteError
from fraudmatch.extract.content import digest_of
from fraudmatch.extract.encrypted import keys_from
from fraudmatch.extract.faults import Origin
from fraudmatch.extract.grid import Fault, Refused
from fraudmatch.extract.handed_over import Untrue, taken_over
from fraudmatch.extract.mapping import Mapping
from fraudmatch.extract.one_file import refused_file
from fraudmatch.extract.printable import printable

#: Where workers leave what they read, inside the site; gone when all is read.
READING = ".reading"
_COUNT = itertools.count(1)


@dataclass(frozen=True)
class Job:
    """One file to be read.

    Attributes:
        partner: who supplied it.
        others: further mappings of the partner.
    """

    partner: str
    path: Path
    mapping: Mapping
    others: tuple[Mapping, ...] = ()


def read_all(
    jobs: Sequence[Job], *, root: Path, partner_ids: Sequence[str], as_at: dt.date | None, limits: Limits
) -> list[ExtractedFile]:
    """What every file gave, in the order of the jobs.

    A file that breaks its worker is refused as PARSER_CRASHED, one that takes too much as PARSER_LIMIT;
    the others are read as if it were not there.

    Raises:
        ConservationError: the program lost or invented a row.
        SiteError: nothing can be written into the site folder, or keys lie in it.
        RunError: no worker starts.
    """
    if not jobs:
        return []
    with _folder(root) as folder:
        # The largest first, so that two workers end together.
        order = sorted(range(len(jobs)), key=lambda number: (-_size(jobs[number].path), number))
        keys = _keys(jobs, root)
        asked = [
            _ask(jobs[number], f"{number}", folder, partner_ids, as_at)
            | {"expanded_mb": limits.expanded_mb, "keys": keys if _sealed(jobs[number]) else ((), ())}
            for number in order
        ]
        outcomes = dict(zip(order, READERS.ask_all(asked, limits), strict=True))
        return [
            _file(outcomes[number], job, f"{number}", folder, partner_ids) for number, job in enumerate(jobs)
        ]


def _sealed(job: Job) -> bool:
    return job.mapping.file.encryption != "none"


def _keys(jobs: Sequence[Job], root: Path) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The keys of the environment where a mapping needs one; asked for nowhere else.

    Raises:
        SiteError: they lie inside the site folder.
    """
    if not any(map(_sealed, jobs)):
        return (), ()
    keys = keys_from(os.environ, site=root)
    return keys.age, keys.passwords


def _ask(
    job: Job, name: str, folder: Path, partner_ids: Sequence[str], as_at: dt.date | None
) -> dict[str, object]:
    return {
        "path": str(job.path.absolute()),
        "mapping": job.mapping.model_dump_json(by_alias=True),
        "others": [other.model_dump_json(by_alias=True) for other in job.others],
        "partner": job.partner,
        "partner_ids": list(partner_ids),
        "as_at": as_at.isoformat() if as_at else None,
        "folder": str(folder),
        "name": name,
    }


def _file(outcome: Outcome, job: Job, name: str, folder: Path, partner_ids: Sequence[str]) -> ExtractedFile:
    """The file, or why there is none."""
    if isinstance(outcome, Done):
        try:
            return taken_over(
                outcome.reply, folder, name, partner=job.partner, file_name=printable(job.path.name),
                dataset=job.mapping.dataset, partner_ids=partner_ids,
            )  # fmt: skip
        except Untrue:
            outcome = Crashed("what it handed over cannot be")
    if isinstance(outcome, Raised) and outcome.kind == ConservationError.__name__:
        raise ConservationError(*outcome.said[:1], remedy=" ".join(outcome.said[1:]))
    origin = Origin(job.partner, job.mapping.dataset, printable(job.path.name), digest_of(job.path))
    return replace(refused_file(Refused([_fault(outcome)]), origin), slot=job.mapping.slot)


def _fault(outcome: Outcome) -> Fault:
    if isinstance(outcome, Overrun):
        return Fault("PARSER_LIMIT", detail=outcome.limit)
    if isinstance(outcome, Raised):
        return Fault("PARSER_CRASHED", detail=f"it raised {outcome.kind}")
    assert isinstance(outcome, Crashed)
    return Fault("PARSER_CRASHED", detail=outcome.how)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


@contextlib.contextmanager
def _folder(root: Path) -> Iterator[Path]:
    """A folder of this process alone inside the site; what an interrupted one left behind goes first.

    Raises:
        SiteError: it cannot be made.
    """
    whole = root.absolute() / READING
    folder = whole / f"{os.getpid()}-{next(_COUNT)}"
    try:
        _sweep(whole)
        folder.mkdir(parents=True, mode=0o700)
    except OSError as error:
        raise SiteError(
            f"Nothing can be written into {root}: {error.strerror}.",
            remedy="Reading needs room in the site folder; give the one who runs it the right to write there.",
        ) from error
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        with contextlib.suppress(OSError):  # another process is reading
            whole.rmdir()


def _sweep(whole: Path) -> None:
    """Remove what processes left that are no more. Elsewhere than on POSIX an open file cannot be removed."""
    for left in whole.glob("*-*"):
        if not _lives(left.name.partition("-")[0]):
            shutil.rmtree(left, ignore_errors=True)


def _lives(number: str) -> bool:
    if not number.isdigit() or os.name != "posix":
        return False
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
