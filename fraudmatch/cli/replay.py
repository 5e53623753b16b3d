"""`fraudmatch replay`: a past night made again and compared with what was published."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from fraudmatch.cli.progress import progress

if TYPE_CHECKING:
    from fraudmatch.replay import Replayed

_MOST = 30


@click.command("replay")
@click.argument("site", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.argument("run_id", required=False)
@click.option(
    "--threads", type=click.IntRange(1), help="Use at most this many threads; the result is the same."
)
@click.option(
    "--out", type=click.Path(path_type=Path),
    help="New folder for what was made, to compare by eye; removed when left out.",
)  # fmt: skip
@click.option(
    "--any-version", is_flag=True, help="Go on with another program, library or shipped rule than then."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead of text.")
@click.option("-q", "--quiet", is_flag=True, help="No progress.")
@click.pass_context
def command(
    ctx: click.Context, site: Path, run_id: str | None, threads: int | None, out: Path | None, any_version: bool,
    as_json: bool, quiet: bool,
) -> None:  # fmt: skip
    """Make a past night of SITE again, from the deliveries, rules, models and decisions it was made from, and
    compare every file with what was published. RUN_ID is the name of its folder; the newest when left out.

    Nothing of the site is changed; the act is entered in the ledger. Exits with 1 when a file differs, with 3 when
    what the night was made from is not all there any more.

    \b
    Example:
      fraudmatch replay mysite 2026-03-31-1a2b3c4d5e
    """
    import json
    from contextlib import nullcontext
    from dataclasses import asdict

    from fraudmatch.audit import open_run
    from fraudmatch.errors import RunError
    from fraudmatch.ledger.entering import enter
    from fraudmatch.replay import replay
    from fraudmatch.scratch import scratch_folder
    from fraudmatch.site import load_site

    loaded = load_site(site)
    chosen = open_run(loaded.runs_folder, run_id).folder.name
    if out is not None:
        _make_new(out)
    with progress(quiet) as say, nullcontext(out) if out else scratch_folder(site) as folder:
        done = replay(loaded, chosen, folder, threads=threads, any_version=any_version, say=say)
    told = {"same": done.is_same, "files": len(done.same), "differing": len(_differing(done))}
    enter(loaded, "run.replayed", of=chosen, detail=told)
    if as_json:
        click.echo(json.dumps({"same_night": done.is_same, **asdict(done)}, indent=2))
    else:
        _tell(done)
    if not done.is_same:
        raise RunError(
            f"Night {chosen} came out otherwise: {len(_differing(done)):,} files differ.",
            remedy="Look for what is not fixed by the inputs with --out; what was published stands as it was.",
        )


def _make_new(out: Path) -> None:
    from fraudmatch.errors import SiteError

    try:
        out.mkdir(mode=0o700, parents=True)
    except FileExistsError:
        raise SiteError(f"{out} is there already.", remedy="Name a folder that does not exist.") from None


def _differing(done: Replayed) -> list[str]:
    lines = [f"{name}: other bytes" for name in done.differ]
    lines += [f"{name}: was published and not made" for name in done.missing]
    return sorted(lines + [f"{name}: was made and not published" for name in done.more])


def _tell(done: Replayed) -> None:
    from collections import Counter

    kinds = Counter(name.partition("/")[0] for name in done.same)
    told = ", ".join(f"{count:,} {name}" for name, count in sorted(kinds.items()))
    if done.is_same:
        click.echo(f"Night {done.run_id} is the same to the byte: {len(done.same):,} files ({told}).")
    else:
        click.echo(
            f"Night {done.run_id} came to {done.made}; the same are {len(done.same):,} files ({told})."
        )
        _list(_differing(done))
    if done.altered:
        click.echo("What lies there is not what was published:")
        _list(done.altered)


def _list(lines: list[str] | tuple[str, ...]) -> None:
    for line in lines[:_MOST]:
        click.echo(f"  {line}")
    if len(lines) > _MOST:
        click.echo(f"  … and {len(lines) - _MOST:,} more")
