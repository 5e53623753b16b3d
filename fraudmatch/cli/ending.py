"""However a run ends, the page of the morning is written."""

from __future__ import annotations

import contextlib
import datetime as dt
import signal
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from fraudmatch.site import Site


@dataclass
class Ending:
    """How a run ended; the block says so when it ended well."""

    exit_code: int = 1


@contextlib.contextmanager
def told_in_the_morning(site: Site) -> Iterator[Ending]:
    """Write the page of the morning when the block ends, well or not. Being told to stop ends it as Ctrl-C does."""
    from fraudmatch.errors import EXIT_INTERRUPTED, FraudmatchError

    ending, failure = Ending(), ""
    before = signal.signal(signal.SIGTERM, _stop)
    try:
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
        _write(site, ending.exit_code, failure)


def _stop(number: int, frame: Any) -> None:
    raise KeyboardInterrupt


def _write(site: Site, exit_code: int, failure: str) -> None:
    from fraudmatch.backup import standing_of
    from fraudmatch.morning import morning_of, write_morning

    now = dt.datetime.now(dt.UTC)
    stands = standing_of(site, now)
    page = morning_of(
        site, now=now, exit_code=exit_code, failure=failure, backups=stands.lines, red=stands.red
    )
    try:
        write_morning(site, page)
    except OSError as error:  # the disk may be what went wrong
        print(f"The page of the morning could not be written: {error.strerror}.", file=sys.stderr)
        print("\n".join(page.lines()), file=sys.stderr)
