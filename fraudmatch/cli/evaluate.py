"""`fraudmatch evaluate`: links or a night against an answer key."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click


@click.command("evaluate")
@click.argument("links", type=click.Path(path_type=Path, exists=True))
@click.option(
    "--truth", type=click.Path(path_type=Path, exists=True), help="CSV of true pairs or true groups."
)
@click.option("--run", "run_id", help="For a site: run id; the newest when absent.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead of text.")
def command(links: Path, truth: Path | None, run_id: str | None, as_json: bool) -> None:
    """Measure LINKS (links.parquet or clusters.parquet of `fraudmatch link`) against --truth.

    The truth is a CSV with the columns left_ref, right_ref (pairs) or source_ref, entity
    (groups). LINKS may also be a site with an answer_key folder: then its newest night is
    measured: people, properties, organisations, planted cases and lawful look-alikes.
    """
    import json

    from fraudmatch.evaluate import evaluate_links, evaluate_site

    if links.is_dir():
        found = evaluate_site(links, run_id)
    elif truth is None:
        raise click.UsageError("Give --truth PAIRS.csv.")
    else:
        found = evaluate_links(links, truth)
    if as_json:
        click.echo(json.dumps(found, indent=2, sort_keys=True))
        return
    for line in _lines(found):
        click.echo(line)


def _lines(found: dict[str, Any], indent: str = "") -> list[str]:
    lines: list[str] = []
    for name, value in found.items():
        words = name.replace("_", " ")
        if isinstance(value, dict):
            lines += [f"{indent}{words}", *_lines(value, indent + "  ")]
        elif isinstance(value, float):
            lines.append(f"{indent}{words:<28} {value:.4f}")
        else:
            lines.append(
                f"{indent}{words:<28} {'-' if value is None else f'{value:,}' if isinstance(value, int) else value}"
            )
    return lines
