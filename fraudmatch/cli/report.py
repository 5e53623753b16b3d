"""`fraudmatch report`: the reports of a finished night again."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("report")
@click.argument("site", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--run", "run_id", help="Run id; the newest when absent.")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Folder to write into.")
def command(site: Path, run_id: str | None, out: Path) -> None:
    """Write the reports of a finished night of SITE again, byte for byte, into another folder.

    Every table is checked against the manifest of the run first.
    """
    from fraudmatch.kept import write_reports
    from fraudmatch.site import load_site

    written = write_reports(load_site(site), out, run_id)
    click.echo(f"Wrote {len(written)} files to {out}.")
