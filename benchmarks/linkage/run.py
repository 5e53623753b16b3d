"""How fast fraudmatch links beside its peers: the same file, keys, comparisons and threshold.

    python benchmarks/linkage/run.py --job loose --records 1000000 --peer splink --min-ratio 15
    python benchmarks/linkage/run.py --job tight --records 1000000 --peer splink --min-ratio 2
    python benchmarks/linkage/run.py --job tight --records 1000000 --peer recordlinkage
    python benchmarks/linkage/run.py --job ten-million
    python benchmarks/linkage/run.py --job ten-million --memory 2GB

Every contestant is a process of its own on one Parquet file of synthetic people (people.py, seed
1), reads one model file (models/), and writes its links. They take turns. Medians over the runs
are printed, of seconds, CPU seconds, peak memory and pairs per second, with precision, recall and
F1 against the true entities, and the ratios. Before the turns we run once with no compiled
kernels at hand, which is printed apart; after them on one thread, for the scaling of the screen.

Exit code 1: the ratio is below --min-ratio, or it was bought with precision or recall below the
peer's. 2: it could not be measured.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import people
import pyarrow.parquet as pq
from measured import HERE, PEERS, ContestantError, Run, run
from report import Entry, Ids, Result, quality
from report_text import text

SCRIPTS = {"splink": "peer_splink.py", "recordlinkage": "peer_recordlinkage.py"}
RECORDS = {"loose": 1_000_000, "tight": 1_000_000, "ten-million": 10_000_000}

#: recordlinkage holds every pair of every key with copies of all values compared. With 70 million
#: pairs it ran out of memory at 18 GB while indexing; beyond this many it is not started.
RECORDLINKAGE_PAIRS = 10_000_000


class NotMeasured(RuntimeError):
    """The benchmark cannot be run; the message says what to do."""


class Course:
    """The files of one benchmark and the ways to run a contestant on them.

    Attributes:
        chosen: the command line. scratch: an empty folder, for links and freshly compiled kernels.
        folder: where the people file is looked for and left.
    """

    def __init__(self, chosen: argparse.Namespace, scratch: Path, folder: Path) -> None:
        self.chosen, self.scratch = chosen, scratch
        self.model = HERE / "models" / f"{'tight' if chosen.job == 'tight' else 'loose'}.toml"
        self.people = folder / f"people_{chosen.records}_{chosen.seed}.parquet"
        self.cache = {} if chosen.no_first_run else {"NUMBA_CACHE_DIR": str(scratch / "kernels")}
        if not self.people.exists():
            people.write(self.people, chosen.records, chosen.seed)

    def run(
        self, name: str, threads: int | None = None, memory: int = 0, train: bool = False
    ) -> tuple[Run, Ids, Ids]:
        """Run a contestant; give its links too.

        Raises:
            ContestantError: it failed.
        """
        ours = name == "fraudmatch"
        out = self.scratch / f"links_{name}.parquet"
        out.unlink(missing_ok=True)
        command = [sys.executable if ours else str(PEERS), str(HERE / ("ours.py" if ours else SCRIPTS[name]))]
        command += [
            str(self.people),
            str(self.model),
            str(out),
            "--threads",
            str(threads or self.chosen.threads),
        ]
        command += ["--memory", str(memory)] if memory else []
        command += ["--train"] if train else []
        done = run(command, self.cache if ours else {})
        if train:
            return done, np.zeros(0, np.int64), np.zeros(0, np.int64)
        links = pq.read_table(out)
        return done, links["left"].to_numpy().astype(np.int64), links["right"].to_numpy().astype(np.int64)


def measure(course: Course, tell: Callable[[str], None]) -> Result:
    """Run everything the command line asks for.

    Args:
        tell: is told what runs next.

    Raises:
        ContestantError: a contestant failed. NotMeasured: one cannot take part.
    """
    chosen = course.chosen
    ours, peer = Entry("fraudmatch"), None if chosen.peer == "none" else Entry(chosen.peer)
    result = Result(chosen.job, chosen.records, chosen.threads, chosen.memory, ours, peer)
    if not chosen.no_first_run:
        tell("fraudmatch, first run, nothing compiled")
        result.first = course.run("fraudmatch", memory=chosen.memory)[0]
    for turn in range(1, chosen.runs + 1):
        tell(f"fraudmatch, run {turn} of {chosen.runs}")
        ours.add(*course.run("fraudmatch", memory=chosen.memory))
        if peer:
            _bearable(result, peer.name)
            tell(f"{peer.name}, run {turn} of {chosen.runs}")
            peer.add(*course.run(peer.name))
    _apart(course, result, tell)
    entity = pq.read_table(course.people, columns=["entity"])["entity"].to_numpy()
    for entry in (ours, peer):
        if entry:
            result.true[entry.name] = quality(entry.left, entry.right, entity)
    return result


def _apart(course: Course, result: Result, tell: Callable[[str], None]) -> None:
    """The runs that do not count in the medians: one thread, no memory limit, Splink's training."""
    chosen = course.chosen
    if chosen.threads > 1 and not chosen.no_scaling:
        tell("fraudmatch on one thread")
        times = 1 if result.peer is None else chosen.runs
        result.single = [course.run("fraudmatch", threads=1, memory=chosen.memory)[0] for _ in range(times)]
    if chosen.memory:
        tell("fraudmatch without the memory limit")
        free, ours = Entry("fraudmatch"), result.ours
        free.add(*course.run("fraudmatch"))
        pairs = ((free.left, ours.left), (free.right, ours.right))
        result.unlimited_same = all(np.array_equal(one, other) for one, other in pairs)
    if chosen.peer == "splink" and not chosen.no_training:
        tell("Splink's training")
        result.train = course.run("splink", train=True)[0].told["steps"]["train"]


def _aloud(what: str) -> None:
    print(f"  {what} …", file=sys.stderr, flush=True)


def _bearable(result: Result, name: str) -> None:
    if name == "recordlinkage" and result.pairs > RECORDLINKAGE_PAIRS:
        raise NotMeasured(
            f"recordlinkage keeps all {result.pairs:,} pairs and their values in memory and would not finish. "
            "Give it fewer, for example --records 200000, or --job tight."
        )


def size(written: str) -> int:
    """Bytes of "2GB", "500MB" or a plain number; units are powers of a thousand.

    Raises:
        argparse.ArgumentTypeError: it is none of these.
    """
    units = {"KB": 10**3, "MB": 10**6, "GB": 10**9}
    number, unit = (
        (written[:-2], units[written[-2:].upper()]) if written[-2:].upper() in units else (written, 1)
    )
    try:
        return int(float(number) * unit)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{written!r} is not a size; write 2GB or 500MB") from error


def command_line(arguments: list[str] | None) -> argparse.Namespace:
    """The options, complete and consistent."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    add = parser.add_argument
    add("--job", choices=sorted(RECORDS), required=True, help="which keys; ten-million has the loose ones")
    add("--records", type=int, help="default: a million, or ten")
    add("--peer", choices=[*SCRIPTS, "none"], default="none")
    add("--min-ratio", type=float, metavar="R", help="exit 1 when we are not R times as fast")
    add("--ratio", choices=["linking", "whole"], default="linking", help="which ratio --min-ratio means:\nlinking (default): the peer's linking alone, for Splink predict, against our link call\nwith reading; whole: process against process")  # fmt: skip
    add("--runs", type=int, default=3, help="runs of each contestant (default 3)")
    add("--threads", type=int, default=2)
    add("--memory", type=size, default=0, help="limit for fraudmatch, for example 2GB")
    add("--seed", type=int, default=1, help="of the synthetic people")
    add("--folder", type=Path, help="keep the people file here, and use it again")
    add("--no-first-run", action="store_true", help="use kernels compiled before; measure no first run")
    add("--no-scaling", action="store_true", help="no runs on one thread")
    add("--no-training", action="store_true", help="do not time Splink's training")
    add("--json", action="store_true", help="one JSON document instead of the text")
    chosen = parser.parse_args(arguments)
    chosen.records = chosen.records or RECORDS[chosen.job]
    if chosen.job == "ten-million" and chosen.peer != "none":
        parser.error("ten-million is for --peer none: no peer finishes it on this machine's memory and time.")
    if chosen.min_ratio is not None and chosen.peer == "none":
        parser.error("--min-ratio needs a --peer.")
    if chosen.runs < 1 or chosen.records < 10:
        parser.error("--runs must be at least 1 and --records at least 10.")
    return chosen


def verdict(result: Result, least: float, which: str) -> tuple[bool, str]:
    """Whether the bar is reached, and a sentence about it."""
    ours, peer = (result.true[name] for name in ("fraudmatch", result.peer.name if result.peer else ""))
    ratio = result.ratios()[which]
    if ours.precision < peer.precision - 1e-4 or ours.recall < peer.recall - 1e-4:
        return False, "Below the bar: precision or recall is below the peer's, so the ratio does not count."
    reached = ratio >= least
    return (
        reached,
        f"{'Reached' if reached else 'Below the bar'}: {ratio:.1f} ({which}), {least:g} is asked for.",
    )


def main(arguments: list[str] | None = None) -> int:
    chosen = command_line(arguments)
    if chosen.peer != "none" and not PEERS.exists():
        print("The peers are not installed; run `make bench-peers` first.", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as scratch:
        folder = chosen.folder or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        try:
            result = measure(
                Course(chosen, Path(scratch), folder), _aloud if sys.stderr.isatty() else lambda _: None
            )
        except (ContestantError, NotMeasured) as error:
            print(error, file=sys.stderr)
            return 2
    print(json.dumps(result.as_dict(), indent=2) if chosen.json else text(result))
    if chosen.min_ratio is None:
        return 0
    reached, sentence = verdict(result, chosen.min_ratio, chosen.ratio)
    print(sentence, file=sys.stderr if chosen.json else sys.stdout)
    return 0 if reached else 1


if __name__ == "__main__":
    sys.exit(main())
