"""However a run ends, the page of the morning is written."""

from __future__ import annotations

import contextlib
import datetime as dt
import signal
import sys
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    import pyarrow as pa

    from fraudmatch.backup import Standing
    from fraudmatch.site import Site


#: What a finished night may be told to end with exit code 4 for, in the words of the page.
CAUSES = {
    "held": "deliveries are held or refused",
    "missing": "of some extracts nothing new came",
    "backup": "no backup was proved in time",
}


@dataclass
class Ending:
    """How a run ended; the block says so when it ended well.

    Attributes:
        site: the site as read.
        causes: of CAUSES, what of the finished night its start was told to fail on.
    """

    site: Site
    exit_code: int = 1
    causes: tuple[str, ...] = ()

    def finished(self, deliveries: pa.Table, fail_on: Collection[str]) -> None:
        """Say that the night finished.

        Args:
            deliveries: DELIVERIES. fail_on: which of CAUSES make the exit code 4.
        """
        from fraudmatch.errors import EXIT_DELIVERIES_HELD, EXIT_DONE
        from fraudmatch.schemas import UNUSED_STATES

        states = set(deliveries["state"].to_pylist())
        true = {
            "held": not states.isdisjoint(UNUSED_STATES), "missing": "stands" in states,
            "backup": "backup" in fail_on and _standing(self.site).red,
        }  # fmt: skip
        self.causes = tuple(cause for cause in CAUSES if cause in fail_on and true[cause])
        self.exit_code = EXIT_DELIVERIES_HELD if self.causes else EXIT_DONE


@contextlib.contextmanager
def told_in_the_morning(root: Path) -> Iterator[Ending]:
    """Read the site, and write the page of the morning when the block ends, well or not. Being told to stop ends it
    as Ctrl-C does. A site whose own file has faults gets its page too.
    """
    from fraudmatch.errors import EXIT_INTERRUPTED, FraudmatchError
    from fraudmatch.site import Site, load_site

    ending, failure = Ending(Site(root=root, name=root.absolute().name, as_at=None, partners=())), ""
    before = signal.signal(signal.SIGTERM, _stop)
    try:
        ending.site = load_site(root)
        yield ending
    except FraudmatchError as error:
        ending.exit_code, failure = error.exit_code, str(error)
        raise
    except (KeyboardInterrupt, click.Abort):
        ending.exit_code, failure = EXIT_INTERRUPTED, "It was told to stop."
        raise
    except BaseException as error:
        # What went wrong may hold values; its kind does not.
        failure = f"A fault of the program: {type(error).__name__}. Run it with --traceback and report it."
        raise
    finally:
        signal.signal(signal.SIGTERM, before)
        _write(ending, failure)


def _stop(number: int, frame: Any) -> None:
    raise KeyboardInterrupt


def _standing(site: Site) -> Standing:
    from fraudmatch.backup import standing_of

    return standing_of(site, dt.datetime.now(dt.UTC))


def _write(ending: Ending, failure: str) -> None:
    from fraudmatch.morning import morning_of, write_morning

    stands = _standing(ending.site)
    page = morning_of(
        ending.site, now=dt.datetime.now(dt.UTC), exit_code=ending.exit_code, failure=failure,
        causes=[CAUSES[cause] for cause in ending.causes], backups=stands.lines, red=stands.red,
    )  # fmt: skip
    try:
        write_morning(ending.site, page)
    except OSError as error:  # the disk may be what went wrong
        print(f"The page of the morning could not be written: {error.strerror}.", file=sys.stderr)
        print("\n".join(page.lines()), file=sys.stderr)
