"""`fraudmatch demo`: the sample partnership, from nothing to reports."""

from __future__ import annotations

from pathlib import Path

import click

from fraudmatch.cli.progress import progress
from fraudmatch.cli.run import show


def _itself() -> str:
    """How the reader can call fraudmatch again: by name where it is on the path."""
    import shutil
    import sys

    if shutil.which("fraudmatch"):
        return "fraudmatch"
    return "python -m fraudmatch" if sys.argv[0].endswith("__main__.py") else sys.argv[0]


@click.command("demo")
@click.option(
    "--out", type=click.Path(path_type=Path), default=Path("fraudmatch-demo"), show_default=True,
    help="Folder for the copy of the sample site.",
)  # fmt: skip
@click.option("--threads", type=click.IntRange(1), help="Use at most this many threads.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead of text.")
@click.option("-q", "--quiet", is_flag=True, help="No progress.")
@click.pass_context
def command(ctx: click.Context, out: Path, threads: int | None, as_json: bool, quiet: bool) -> None:
    """Run a night on the sample partnership: six councils, every person invented.

    Copies the sample site into a folder (once), runs the night there and prints what it found.
    """
    import shutil

    from fraudmatch.containment import READERS

    READERS.wake(2)  # they load their libraries while we load ours
    from fraudmatch.exercise import run_night
    from fraudmatch.shipped import shipped
    from fraudmatch.site import load_site

    if not (out / "site.toml").exists():
        shutil.copytree(shipped("sample_data"), out, dirs_exist_ok=True)
    with progress(quiet) as say:
        night = run_night(load_site(out), threads=threads, say=say)
    show(night, as_json)
    if not as_json:
        click.echo(f"\nNext: open {night.run.reports / 'index.html'}")
        if night.scored.flags.num_rows:
            key = night.scored.flags["flag_key"][0].as_py()[:8]
            click.echo(f"      {_itself()} explain {out} {key}")
    ctx.exit(night.exit_code)
