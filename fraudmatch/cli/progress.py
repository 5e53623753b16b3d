"""Progress for people, on stderr: a live line on a terminal, plain lines in a log."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

#: A log hears of details (texts that begin with a blank) at most once in so many seconds.
DETAIL_SECONDS = 10.0


@contextmanager
def progress(quiet: bool = False) -> Iterator[Callable[[str], None]]:
    """A function that tells what is being done, with seconds since the start.

    A text that begins with a blank is a detail of the step before. On a terminal steps stay and
    details pass by on a live line; in a pipe or a log steps are plain lines, and a detail is one
    only when nothing was said for a while.
    """
    if quiet:
        yield lambda _: None
    elif sys.stderr.isatty():
        yield from _live()
    else:
        yield _logged()


def _logged() -> Callable[[str], None]:
    begun = last = time.perf_counter()

    def say(text: str) -> None:
        nonlocal last
        now = time.perf_counter()
        if not text.startswith(" ") or now - last >= DETAIL_SECONDS:
            last = now
            click.echo(f"{now - begun:6.1f} s  {text.strip()}", err=True)

    return say


def _live() -> Iterator[Callable[[str], None]]:
    from rich.console import Console

    begun = time.perf_counter()
    console = Console(stderr=True, highlight=False)
    with console.status("starting") as status:

        def say(text: str) -> None:
            if not text.startswith(" "):
                console.print(f"[dim]{time.perf_counter() - begun:6.1f} s[/dim]  {text}")
            status.update(f"{text.strip()} …")

        yield say
