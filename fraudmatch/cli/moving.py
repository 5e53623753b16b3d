"""`fraudmatch outcomes move`: the store of a site from its folder to a server, or back."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("move")
@click.argument("site", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option(
    "--back-from", metavar="STORE", help='Bring it back: what `store` in site.toml said, "postgresql:…".'
)
@click.option("--by", help="Who moves it; the name of the account when left out.")
def move(site: Path, back_from: str | None, by: str | None) -> None:
    """Copy the store of SITE, decisions and ledger, to the server that `store` in site.toml names, or back.

    What arrived is compared before it counts. The file stays beside, under another name; what is on the server stays
    there. No other command may be at work.

    \b
    Example:
      fraudmatch outcomes move mysite
      fraudmatch outcomes move mysite --back-from postgresql:mysite
    """
    import datetime as dt
    import os

    from fraudmatch.errors import SiteError
    from fraudmatch.ledger.entering import enter_all
    from fraudmatch.ledger.entry import Act
    from fraudmatch.ledger.people import login_name
    from fraudmatch.locking import locked
    from fraudmatch.place import server_of
    from fraudmatch.site import load_site
    from fraudmatch.store.moving import copy_store, set_aside

    loaded = load_site(site)
    told = back_from or loaded.store
    if told is None or (back_from and loaded.store):
        raise SiteError(
            "site.toml does not say where the store is to be."
            if told is None
            else f"site.toml says store = {loaded.store!r} still.",
            remedy='To a server: write store = "postgresql:name_of_this_site" in site.toml. Back: take the line out.',
        )
    server = server_of(told, os.environ)
    place, to = (server, loaded.store_file) if back_from else (loaded.store_file, server)
    if to == server and not loaded.store_file.is_file():
        raise SiteError(
            f"{loaded.store_file} is not there, so there is nothing to move.",
            remedy="The next run makes the store on the server.",
        )
    now = dt.datetime.now(dt.UTC)
    with locked(loaded.runs_folder / ".lock", now.isoformat(timespec="seconds")):
        events, entries = copy_store(place, to)
        aside = set_aside(loaded.store_file) if to == server else None
        enter_all(to, [Act("store.moved", by or login_name(), to.name, detail={"decisions": events})])
    click.echo(f"{events:,} decisions and {entries:,} entries of the ledger are in {to} now.")
    click.echo(f"The file is kept as {aside.name}." if aside else f"What is in {server} stays there.")
