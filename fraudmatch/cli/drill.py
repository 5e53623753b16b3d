"""`fraudmatch drill`: proof that a site can be put back."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fraudmatch.cli.progress import progress

if TYPE_CHECKING:
    from fraudmatch.backup import Drill


@click.command("drill")
@click.argument("site", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option(
    "--from", "folders", multiple=True, type=click.Path(path_type=Path),
    help="Folder of backups; those of site.toml when left out.",
)  # fmt: skip
@click.option(
    "--key", "key_file", type=click.Path(path_type=Path), help="Key file; that of site.toml when left out."
)
@click.option(
    "--in", "place", type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Where there is room to restore into; SITE when left out. Nothing stays there.",
)  # fmt: skip
@click.option("--backup", "name", metavar="NUMBER", help="Which one; the newest when left out.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead of text.")
@click.option("-q", "--quiet", is_flag=True, help="No progress.")
def command(
    site: Path, folders: tuple[Path, ...], key_file: Path | None, place: Path | None, name: str | None,
    as_json: bool, quiet: bool,
) -> None:  # fmt: skip
    """Restore the newest backup of SITE into an empty place, check all of it, open the case list, and say
    how long that took and how old it is.

    Exits with 1 when it did not pass. The morning page is red when no drill has passed for 48 hours.

    \b
    Example:
      fraudmatch drill mysite --from /mnt/partner/mysite --key ~/mysite.key
    """
    from fraudmatch.backup import Vault, drill, note_drill
    from fraudmatch.cli.backup import places_of
    from fraudmatch.errors import FraudmatchError
    from fraudmatch.ledger.entering import enter
    from fraudmatch.site import load_site

    loaded = load_site(site)
    chosen, key = places_of(loaded, folders, key_file)
    told = []
    for folder in chosen:
        now = dt.datetime.now(dt.UTC)
        try:
            with progress(quiet) as say:
                done = drill(Vault(folder, key), place or site, now=now, name=name, say=say)
        except FraudmatchError as error:
            note_drill(loaded, folder, None, now=now, why=error.message)
            raise
        note_drill(loaded, folder, done, now=now)
        enter(loaded, "site.drilled", of=done.backup.name, detail={"files": len(done.backup.files)})
        told.append(_document(folder, done))
        if not as_json:
            _tell(folder, done)
    if as_json:
        click.echo(json.dumps(told, indent=2))


def _document(folder: Path, done: Drill) -> dict[str, object]:
    return {
        "folder": str(folder), "backup": done.backup.name, "recovery_seconds": round(done.seconds, 3),
        "age_seconds": round(done.age_seconds), "files": len(done.backup.files), "bytes": done.backup.size,
        "run": done.backup.held["run"], "cases": done.cases, "last_event": done.last_event,
        "last_act": done.last_act,
        "artefacts_compared": done.artefacts,
    }  # fmt: skip


def _tell(folder: Path, done: Drill) -> None:
    from fraudmatch.cli.backup import megabytes

    backup = done.backup
    click.echo(f"Drill passed: backup {backup.name} in {folder} can be put back.")
    click.echo(
        f"  Recovery time   {done.seconds:,.1f} seconds for {len(backup.files):,} files ({megabytes(backup.size)})"
    )
    click.echo(f"  Age             {_age(done.age_seconds)}; what was told since would be lost")
    if done.cases is not None:
        click.echo(
            f"  Case list       {done.cases:,} cases of night {backup.held['run']}, {done.artefacts:,} files compared"
        )
    click.echo(f"  Decisions       up to event {done.last_event:,}")
    click.echo(f"  Acts on cases   up to act {done.last_act:,}")


def _age(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.0f} seconds"
    return f"{seconds / 60:,.0f} minutes" if seconds < 7200 else f"{seconds / 3600:,.0f} hours"
