"""`fraudmatch init`: an empty site folder."""

from __future__ import annotations

from pathlib import Path

import click

_SITE = """\
# The partnership and the exercise. docs: README, "Your own partnership".
name = "Our partnership"
# as_at = 2026-03-31        # or give --as-at to fraudmatch run
sharing = "required"        # nothing is loaded without a record in partners/<partner>/sharing.toml

[[partner]]
id = "first_council"        # folder name under partners/ and deliveries/
name = "First Council"
contact = "counter.fraud@first.example"

[[partner]]
id = "second_council"
name = "Second Council"
contact = "counter.fraud@second.example"
"""


_SHARING = """\
# What this partner agreed to share: one table for each data set (docs/intake.md). What has no table here, or one
# that leaves gateway, privacy notice or dates blank, is refused; a field that is not listed is left at the door.
# Begin a table with: fraudmatch sharing SITE --draft PARTNER/MAPPING
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
    for partner in ("first_council", "second_council"):
        record = folder / "partners" / partner / "sharing.toml"
        record.write_text(_SHARING, encoding="utf-8", newline="\n")
    (folder / "site.toml").write_text(_SITE, encoding="utf-8", newline="\n")
    click.echo(f"Made {folder}. Next:")
    click.echo(f"  1. edit {folder / 'site.toml'}: names of the partners, rename their folders to match")
    click.echo(f"  2. put their files into {folder / 'deliveries'}/<partner>/")
    click.echo(f"  3. fraudmatch mapping draft FILE > {folder / 'partners'}/<partner>/<data set>.toml")
    click.echo(
        f"  4. fraudmatch sharing {folder} --draft <partner>/<data set>, and enter what is agreed into sharing.toml"
    )
    click.echo(f"  5. fraudmatch check {folder}")
    click.echo(f"  6. fraudmatch run {folder} --as-at 2026-03-31")
