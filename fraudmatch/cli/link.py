"""`fraudmatch link`: the linkage core alone on any one or two files."""

from __future__ import annotations

from pathlib import Path

import click

from fraudmatch.cli.progress import progress

_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.command("link")
@click.argument("left", type=_FILE)
@click.argument("right", type=_FILE, required=False)
@click.option(
    "--mapping", "mappings", type=_FILE, multiple=True, required=True, help="Mapping of LEFT, then of RIGHT."
)
@click.option(
    "--model",
    "model_name",
    default="person",
    show_default=True,
    help="Shipped model or path of a .toml file.",
)
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), required=True, help="Folder to write into."
)
@click.option("--threads", type=click.IntRange(1), help="Use at most this many threads.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead of text.")
@click.option("-q", "--quiet", is_flag=True, help="No progress.")
def command(
    left: Path, right: Path | None, mappings: tuple[Path, ...], model_name: str, out: Path, threads: int | None,
    as_json: bool, quiet: bool,
) -> None:  # fmt: skip
    """Link LEFT with itself, or with RIGHT, and write links.parquet and clusters.parquet.

    A mapping says which column is which (docs/mapping.md); dataset = "person" or
    "organisation" serves any file.

    \b
    Example:
      fraudmatch link a.csv b.csv --mapping a.toml --mapping b.toml --out linked
      fraudmatch evaluate linked/links.parquet --truth truth.csv
    """
    import json

    from fraudmatch.link_files import link_files, write_linked
    from fraudmatch.linkage import load_model

    paths = [left, right] if right else [left]
    if len(mappings) > len(paths):
        raise click.UsageError(
            f"{len(mappings)} mappings for {len(paths)} file(s); give one for each, or one for both."
        )
    with progress(quiet) as say:
        made = link_files(paths, list(mappings), load_model(model_name), threads=threads, say=say)
        summary = write_linked(made, out)
    if as_json:
        click.echo(json.dumps(summary, indent=2, sort_keys=True))
        return
    click.echo(
        f"{summary['records']:,} records, {summary['candidate_pairs']:,} of {summary['possible_pairs']:,} pairs compared"
    )
    click.echo(f"{summary['links']:,} links, {summary['clusters']:,} clusters in {out}")
    if summary["rejects"]:
        click.echo(f"{summary['rejects']:,} faults in the files: {out / 'rejects.parquet'}")
