"""Progress for people, on stderr: a live line on a terminal, plain lines in a log."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click


@contextmanager
def progress(quiet: bool = False) -> Iterator[Callable[[str], None]]:
    """A function that tells what is being done, with seconds since the start.

    On a terminal one line is rewritten while a step runs and kept when the next begins; in
    a pipe or a log each step is one plain line.
    """
    if quiet:
        yield lambda _: None
        return
    begun = time.perf_counter()

    def stamp() -> str:
        return f"{time.perf_counter() - begun:6.1f} s"

    if not sys.stderr.isatty():
        yield lambda text: click.echo(f"{stamp()}  {text}", err=True)
        return
    from rich.console import Console

    console = Console(stderr=True, highlight=False)
    with console.status("starting") as status:

        def say(text: str) -> None:
            console.print(f"[dim]{stamp()}[/dim]  {text}")
            status.update(f"{text} …")

        yield say
