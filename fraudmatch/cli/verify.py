"""`fraudmatch verify`: whether what was published is still as it was."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("verify")
@click.argument("site", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--run", "run_id", help="One night; all that are kept when left out.")
def command(site: Path, run_id: str | None) -> None:
    """Compare every file of every night of SITE with the SHA-256 its manifest has of it.

    Exits with 1 when a file is missing, was changed, or stands there that nobody published. A file that a purge
    removed is not missing, once the ledger has that purge and its certificate is as it was.

    \b
    Example:
      fraudmatch verify mysite
    """
    from fraudmatch.audit import faults_in, open_run, run_ids
    from fraudmatch.errors import RunError
    from fraudmatch.retention import unaccounted
    from fraudmatch.site import load_site

    loaded = load_site(site)
    runs = loaded.runs_folder
    wrong = []
    chosen = [run_id] if run_id else run_ids(runs)
    for name in chosen:
        run = open_run(runs, name)
        found = faults_in(run)
        wrong += [f"{name}/{fault}" for fault in found]
        click.echo(f"{name}: {len(run.manifest['artefacts']):,} files, {len(found):,} wrong")
    wrong += unaccounted(loaded, chosen)
    if not chosen:
        click.echo("There is no night yet.")
    if wrong:
        for line in wrong[:50]:
            click.echo(f"  {line}")
        raise RunError(
            f"{len(wrong):,} files of {site} are not as they were published.",
            remedy="Do not use them. Run the night again from its deliveries, or restore a backup.",
        )
