"""`fraudmatch restore`: a site put back from a backup."""

from __future__ import annotations

import datetime as dt
import time
from pathlib import Path

import click

from fraudmatch.cli.progress import progress


@click.command("restore")
@click.argument("backups", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.argument("site", type=click.Path(path_type=Path))
@click.option(
    "--key", "key_file", required=True, type=click.Path(path_type=Path), help="The key they were made with."
)
@click.option("--backup", "name", metavar="NUMBER", help="Which one; the newest when left out.")
@click.option("-q", "--quiet", is_flag=True, help="No progress.")
def command(backups: Path, site: Path, key_file: Path, name: str | None, quiet: bool) -> None:
    """Put the newest backup in BACKUPS back as the folder SITE, which must be empty or not there.

    Every file is checked against the backup, and the night in it against its manifest, before SITE
    appears: it is whole or it is not there.

    \b
    Example:
      fraudmatch restore /mnt/partner/mysite restored --key ~/mysite.key
    """
    from fraudmatch.backup import Vault, read_key, restore
    from fraudmatch.backup.standing import hours_since
    from fraudmatch.cli.backup import held_words, megabytes
    from fraudmatch.ledger.entering import enter_all
    from fraudmatch.ledger.entry import Act
    from fraudmatch.ledger.people import login_name
    from fraudmatch.site import load_site

    begun = time.perf_counter()
    with progress(quiet) as say:
        done = restore(Vault(backups, read_key(key_file.expanduser())), site, name, say=say)
    backup = done.backup
    loaded = load_site(site)
    act = Act("site.restored", login_name(), backup.name, detail={"files": len(backup.files)})
    enter_all(loaded.store_file, [act])  # a backup holds the store as a file, also that of a server
    old = hours_since(backup.taken_at, dt.datetime.now(dt.UTC))
    click.echo(
        f"{site} is as backup {backup.name} has it: {len(backup.files):,} files ({megabytes(backup.size)}), "
        f"{held_words(backup)}."
    )
    click.echo(f"Every file was checked, {done.artefacts:,} of them against the manifest of the night.")
    click.echo(
        f"It took {time.perf_counter() - begun:.1f} seconds. The backup is {old} old; what was told since is not in it."
    )
    if loaded.store is not None:
        click.echo(
            f"Its store was on a server and is a file now. Take the line store = {loaded.store!r} out of site.toml, "
            f"or copy it to an empty schema with: fraudmatch outcomes move {site}"
        )
    click.echo(f"Next: fraudmatch outcomes list {site}, and fraudmatch run {site}")
