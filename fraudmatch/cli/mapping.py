"""`fraudmatch mapping`: draft a mapping from a file, and check mapping files alone."""

from __future__ import annotations

from pathlib import Path

import click


@click.group("mapping", short_help="Draft and check the mappings of partners' files.")
def command() -> None:
    """Work on mapping files, which declare how a partner's columns become ours."""


@command.command("draft", short_help="Propose a mapping for a file, with evidence.")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--dataset", help="The data set of the file; guessed from its headings when absent.")
@click.option("--partner", help="Who sends it, for the comment on where to keep the mapping.")
@click.option(
    "--site", type=click.Path(path_type=Path), help="Learn headings from the mappings of this site."
)
@click.option("--rows/--no-rows", default=True, help="Show five rows as the draft reads them, on stderr.")
def draft(file: Path, dataset: str | None, partner: str | None, site: Path | None, rows: bool) -> None:
    """Print a mapping for FILE on stdout, to be confirmed line by line.

    Code columns list the partner's values with TODO where our word has to be filled in.
    """
    from fraudmatch.extract.draft import draft_mapping
    from fraudmatch.extract.draft_rows import first_rows, parsed_by_draft
    from fraudmatch.extract.draft_text import TODO
    from fraudmatch.site import load_site

    text = draft_mapping(file, dataset=dataset, partner=partner, site=load_site(site) if site else None)
    click.echo(text, nl=False)
    read = parsed_by_draft(file, text) if rows else None
    for line in first_rows(read) if read else ():
        click.echo(line, err=True)
    left = text.count(TODO)
    if left:
        click.echo(f"{left} places are marked {TODO}.", err=True)


@command.command("check", short_help="Check mapping files without any delivery.")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
def check(files: tuple[Path, ...]) -> None:
    """Check the mapping FILES and say what is wrong in all of them at once."""
    from fraudmatch.errors import MappingError
    from fraudmatch.extract.load import load_mapping, problems_of

    problems = []
    for file in files:
        try:
            mapping = load_mapping(file)
        except MappingError as error:
            problems += problems_of(error, str(file))
        else:
            click.echo(f"{file}: sound; {mapping.dataset}, {len(mapping.fields)} fields")
    if problems:
        raise MappingError("Mappings have faults.", problems=problems)
