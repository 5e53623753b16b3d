"""`fraudmatch backup`: a backup of a site, encrypted, in one folder or several."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fraudmatch.cli.progress import progress

if TYPE_CHECKING:
    from fraudmatch.backup import Backup, Key, Taken, Vault
    from fraudmatch.site import Site


def _new_key(ctx: click.Context, param: click.Parameter, value: Path | None) -> None:
    if value is None or ctx.resilient_parsing:
        return
    from fraudmatch.backup import new_key

    key = new_key(value)
    click.echo(
        f"{value} is a new key (mark {key.mark}). Keep a copy of it away from this machine: without it no"
    )
    click.echo("backup can be read. Name it in site.toml: [backup] key = …")
    ctx.exit()


@click.command("backup")
@click.argument("site", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option(
    "--to", "folders", multiple=True, type=click.Path(path_type=Path),
    help="Folder for the backup, best on another machine; more than one may be given. Those of site.toml when left out.",
)  # fmt: skip
@click.option(
    "--key", "key_file", type=click.Path(path_type=Path), help="Key file; that of site.toml when left out."
)
@click.option("--decisions", is_flag=True, help="Read only what people decided again; takes a moment.")
@click.option("--list", "listing", is_flag=True, help="List the backups that are there, and take none.")
@click.option("--keep-days", type=click.IntRange(1), help="Remove backups older than this; the newest stays.")
@click.option(
    "--new-key", type=click.Path(path_type=Path), is_eager=True, expose_value=False, callback=_new_key,
    help="Make a key file and stop.",
)  # fmt: skip
@click.option("-q", "--quiet", is_flag=True, help="No progress.")
def command(
    site: Path, folders: tuple[Path, ...], key_file: Path | None, decisions: bool, listing: bool,
    keep_days: int | None, quiet: bool,
) -> None:  # fmt: skip
    """Take a backup of SITE: everything in its folder, encrypted and signed.

    A file that an earlier backup in the folder holds is not written again. Exits with 1 when a folder is
    missing or full; the others are written all the same.

    \b
    Example:
      fraudmatch backup --new-key ~/mysite.key
      fraudmatch backup mysite --to /mnt/partner/mysite --key ~/mysite.key
    """
    from fraudmatch.backup import Vault
    from fraudmatch.errors import BackupError
    from fraudmatch.site import load_site

    loaded = load_site(site)
    chosen, key = places_of(loaded, folders, key_file)
    faults = []
    for folder in chosen:
        try:
            vault = Vault(folder, key)
            if listing:
                _list(vault)
                continue
            with progress(quiet) as say:
                taken = _take(loaded, vault, decisions, say)
            _tell(site, folder, taken)
            days = keep_days or loaded.backup.keep_days
            if days is not None:
                _prune(vault, days)
        except BackupError as error:
            faults.append(error)
    if faults:
        for earlier in faults[:-1]:
            click.echo(str(earlier), err=True)
        raise faults[-1]


def places_of(site: Site, folders: tuple[Path, ...], key_file: Path | None) -> tuple[list[Path], Key]:
    """Folders of backups and the key: those given, else those of site.toml.

    Raises:
        BackupError: neither names them, or they lie inside the site.
    """
    from fraudmatch.backup import read_key
    from fraudmatch.errors import BackupError

    chosen = [folder.expanduser() for folder in folders] or [site.beside(name) for name in site.backup.to]
    if not chosen:
        raise BackupError(
            "No folder for backups is named.",
            remedy='Give --to FOLDER, or in site.toml: [backup] to = ["FOLDER"].',
        )
    named = key_file.expanduser() if key_file else site.backup.key and site.beside(site.backup.key)
    if not named:
        raise BackupError(
            "No key for backups is named; they are never written without one.",
            remedy="Make one with fraudmatch backup --new-key FILE, and give --key FILE or name it in site.toml.",
        )
    # Both would be in every backup, or in the hands of whoever takes the site away.
    for path in (named, *chosen):
        if path.resolve().is_relative_to(site.root.resolve()):
            raise BackupError(
                f"{path} lies inside the site.", remedy="Keep it elsewhere, best on another machine."
            )
    return chosen, read_key(named)


def _take(site: Site, vault: Vault, decisions: bool, say: object) -> Taken:
    from fraudmatch.backup import DECISIONS, WHOLE, note_backup, take_backup
    from fraudmatch.ledger.entering import enter

    now = dt.datetime.now(dt.UTC)
    taken = take_backup(site, vault, now=now, kind=DECISIONS if decisions else WHOLE, say=say)  # type: ignore[arg-type]
    note_backup(site, vault.folder, taken)
    backup = taken.backup
    enter(site, "site.backed_up", of=backup.name, detail={"kind": backup.kind, "files": len(backup.files)})
    return taken


def _tell(site: Path, folder: Path, taken: Taken) -> None:
    backup = taken.backup
    click.echo(
        f"Backup {backup.name} in {folder}: {len(backup.files):,} files ({megabytes(backup.size)}), of them "
        f"{taken.new_files:,} new ({megabytes(taken.new_bytes)}); {held_words(backup)}."
    )
    if taken.left_out:
        click.echo(f"Left out, since they are no files: {', '.join(taken.left_out[:5])}.")
    click.echo(f"Next, to prove it: fraudmatch drill {site} --from {folder}")


def _prune(vault: Vault, days: int) -> None:
    """Remove backups that were taken more than `days` before the newest, by the times they carry."""
    backups = [vault.read(name) for name in vault.names()]
    newest = dt.datetime.fromisoformat(backups[-1].taken_at)
    going = [
        backup.name
        for backup in backups[:-1]
        if newest - dt.datetime.fromisoformat(backup.taken_at) > dt.timedelta(days=days)
    ]
    if going:
        freed = vault.remove(going)
        click.echo(f"Removed {len(going):,} backups older than {days} days ({megabytes(freed)}).")


def _list(vault: Vault) -> None:
    from fraudmatch.report.layout import text_table

    rows = []
    for name in vault.names():
        backup = vault.read(name)
        held = backup.held
        rows.append(
            (name, backup.taken_at, backup.kind, f"{len(backup.files):,}", megabytes(backup.size),
             held["run"] or "none", f"{held['cases']:,}", f"{held['last_event']:,}")
        )  # fmt: skip
    if not rows:
        click.echo(f"{vault.folder} holds no backup.")
        return
    click.echo(f"Backups in {vault.folder}:")
    headings = ("backup", "taken (UTC)", "read", "files", "size", "night", "cases", "last event")
    for line in text_table(headings, rows, right=(3, 4, 6, 7)):
        click.echo(line)


def held_words(backup: Backup) -> str:
    """What a backup holds, in words."""
    held = backup.held
    night = f"night {held['run']} with {held['cases']:,} cases" if held["run"] else "no night"
    acts = f", acts up to {held['last_act']:,}" if held.get("last_act") else ""
    return f"{night}, decisions up to event {held['last_event']:,}{acts}"


def megabytes(size: int) -> str:
    """A size for people."""
    return f"{size / 1e9:,.1f} GB" if size >= 1e9 else f"{size / 1e6:,.1f} MB"
