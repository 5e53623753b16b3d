"""`fraudmatch sample`: write a synthetic partnership with an answer key."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("sample")
@click.option(
    "--people",
    type=click.IntRange(min=1),
    default=20_000,
    show_default=True,
    help="Living people in the area.",
)
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    default=1,
    show_default=True,
    help="The same seed gives the same bytes.",
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    help="Site folder to write; must be empty or new.",
)
@click.option("--quiet", is_flag=True, help="Say nothing on the way.")
def command(people: int, seed: int, out: Path, quiet: bool) -> None:
    """Write an invented six-council partnership with its answer key.

    Every person, organisation and record is invented. The folder is a site: check it with
    `fraudmatch check`, run it with `fraudmatch run`, measure the flags against answer_key/.
    """
    from fraudmatch.errors import SiteError
    from fraudmatch.sample import generate

    if out.is_dir() and any(out.iterdir()):
        raise SiteError(f"{out} is not empty.", remedy="Name a new folder, or empty this one first.")

    def tell(words: str) -> None:
        if not quiet:
            click.echo(words, err=True)

    generate(out, people=people, seed=seed, progress=tell)
    tell(f"wrote {out}")
