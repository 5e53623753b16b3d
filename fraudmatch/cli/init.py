"""`fraudmatch init`: an empty site folder."""

from __future__ import annotations

from pathlib import Path

import click

_SITE = """\
# The partnership and the exercise. docs: README, "Your own partnership".
name = "Our partnership"
# as_at = 2026-03-31        # or give --as-at to fraudmatch run

[[partner]]
id = "first_council"        # folder name under partners/ and deliveries/
name = "First Council"
contact = "counter.fraud@first.example"

[[partner]]
id = "second_council"
name = "Second Council"
contact = "counter.fraud@second.example"
"""


@click.command("init")
@click.argument("folder", type=click.Path(path_type=Path))
def command(folder: Path) -> None:
    """Make FOLDER a site: site.toml, and a place for each partner's mappings and files."""
    from fraudmatch.errors import SiteError

    if (folder / "site.toml").exists():
        raise SiteError(
            f"{folder} is a site already.", remedy="Edit its site.toml, or choose another folder."
        )
    for partner in ("first_council", "second_council"):
        for kind in ("partners", "deliveries"):
            (folder / kind / partner).mkdir(parents=True, exist_ok=True)
    (folder / "site.toml").write_text(_SITE, encoding="utf-8", newline="\n")
    click.echo(f"Made {folder}. Next:")
    click.echo(f"  1. edit {folder / 'site.toml'}: names of the partners, rename their folders to match")
    click.echo(f"  2. put their files into {folder / 'deliveries'}/<partner>/")
    click.echo(f"  3. fraudmatch mapping draft FILE > {folder / 'partners'}/<partner>/<data set>.toml")
    click.echo(f"  4. fraudmatch check {folder}")
    click.echo(f"  5. fraudmatch run {folder} --as-at 2026-03-31")
