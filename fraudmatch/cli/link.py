"""`fraudmatch link`: the linkage core alone on any one or two files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fraudmatch.cli.progress import progress

if TYPE_CHECKING:
    from fraudmatch.linkage import Model

_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)

#: Candidate pairs that `--plan` compares for its estimate unless told otherwise.
_PLAN_BUDGET = 2_000_000_000


@click.command("link")
@click.argument("left", type=_FILE)
@click.argument("right", type=_FILE, required=False)
@click.option(
    "--mapping", "mappings", type=_FILE, multiple=True,
    help="Mapping of LEFT, then of RIGHT. Not needed for Parquet files that hold the model's columns.",
)  # fmt: skip
@click.option(
    "--model", "model_name", default="person", show_default=True,
    help="Shipped model or path of a .toml file.",
)  # fmt: skip
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="Folder to write into.")
@click.option("--ref", help="Without a mapping: the column that names a row; its number when absent.")
@click.option(
    "--decided", type=_FILE,
    help="CSV file of decided pairs: left_ref, right_ref, decision (same or different).",
)  # fmt: skip
@click.option("--one-to-one", "single", is_flag=True, help="Each file holds everybody once: one link each.")
@click.option("--plan", "only_plan", is_flag=True, help="Show what each pass costs and finds; write nothing.")
@click.option("--budget", type=click.IntRange(0), help="Most candidate pairs to compare.")
@click.option("--threads", type=click.IntRange(1), help="Use at most this many threads.")
@click.option("--memory", help="Link one Parquet file within this much memory, for example 2GB.")
@click.option(
    "--scratch", type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="With --memory: folder for temporary files, which hold personal data until linking ends.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead of text.")
@click.option("-q", "--quiet", is_flag=True, help="No progress.")
def command(
    left: Path, right: Path | None, mappings: tuple[Path, ...], model_name: str, out: Path | None,
    ref: str | None, decided: Path | None, single: bool, only_plan: bool, budget: int | None,
    threads: int | None, memory: str | None, scratch: Path | None, as_json: bool, quiet: bool,
) -> None:  # fmt: skip
    """Link LEFT with itself, or with RIGHT, and write links.parquet and clusters.parquet.

    A mapping says which column is which (docs/mapping.md); dataset = "person" or
    "organisation" serves any file. A Parquet file that holds the model's columns needs none.

    \b
    Examples:
      fraudmatch link a.csv b.csv --mapping a.toml --mapping b.toml --out linked
      fraudmatch link a.csv --mapping a.toml --plan
      fraudmatch link a.csv b.csv --mapping a.toml --decided decided.csv --one-to-one --out linked
      fraudmatch link people.parquet --model my.toml --ref id --out linked
      fraudmatch link people.parquet --model my.toml --memory 2GB --out linked
      fraudmatch explain linked REF REF
      fraudmatch evaluate linked/links.parquet --truth truth.csv
    """
    from fraudmatch.files.decisions import contradiction_lines
    from fraudmatch.files.link import link_files, write_linked
    from fraudmatch.linkage import load_model

    paths = [left, right] if right else [left]
    if len(mappings) > len(paths):
        raise click.UsageError(
            f"{len(mappings)} mappings for {len(paths)} file(s); give one for each, or one for both."
        )
    if ref and mappings:
        raise click.UsageError("--ref is for files without a mapping; a mapping names source_ref itself.")
    if out is None and not only_plan:
        raise click.UsageError("Name a folder to write into with --out, or give --plan.")
    if single and right is None:
        raise click.UsageError("--one-to-one needs two files that each hold everybody once.")
    if only_plan and (decided or single):
        raise click.UsageError("--plan is about the passes; leave --decided and --one-to-one out.")
    if memory and (right or mappings or decided or single or only_plan):
        raise click.UsageError("--memory links one Parquet file by the model alone; leave the rest out.")
    model = load_model(model_name)
    if memory and out:
        _within(left, model, out, ref, memory, scratch, budget, threads, as_json, quiet)
        return
    if out is None or only_plan:
        _plan(paths, list(mappings), model, ref, budget, threads, as_json, quiet)
        return
    with progress(quiet) as say:
        made = link_files(
            paths, list(mappings), model, threads=threads, budget=budget, ref=ref, decided=decided,
            single=single, say=say,
        )  # fmt: skip
        summary = write_linked(made, out)
    if as_json:
        _print(summary)
        return
    for line in (*_said(summary, out), *contradiction_lines(made.decisions.dropped, made.records)):
        click.echo(line)


def _within(
    path: Path, model: Model, out: Path, ref: str | None, memory: str, scratch: Path | None, budget: int | None,
    threads: int | None, as_json: bool, quiet: bool,
) -> None:  # fmt: skip
    from fraudmatch.files.memory import link_within, memory_of

    allowed = memory_of(memory)
    with progress(quiet) as say:
        summary = link_within(
            path, model, out, memory=allowed, ref=ref, scratch=scratch, threads=threads, budget=budget, say=say
        )  # fmt: skip
    _print(summary if as_json else "\n".join(_said(summary, out)))


def _plan(
    paths: list[Path], mappings: list[Path], model: Model, ref: str | None, budget: int | None,
    threads: int | None, as_json: bool, quiet: bool,
) -> None:  # fmt: skip
    from fraudmatch.files.link import ready_files
    from fraudmatch.files.plan import plan_lines, plan_links

    with progress(quiet) as say:
        ready = ready_files(paths, mappings, model, threads=threads, ref=ref, say=say)
        most = _PLAN_BUDGET if budget is None else budget
        made = plan_links(ready, model, threads=threads, budget=most, say=say)
    _print(made.as_dict() if as_json else "\n".join(plan_lines(made)))


def _said(summary: dict[str, Any], out: Path) -> list[str]:
    """The outcome for a person."""
    compared = f"{summary['candidate_pairs']:,} of {summary['possible_pairs']:,} pairs compared"
    lines = [
        f"{summary['records']:,} records, {compared}",
        f"{summary['links']:,} links, {summary['clusters']:,} clusters in {out}",
    ]
    if summary["decided"]:
        lines.append(f"Decided pairs that hold: {summary['decided']:,}")
    if summary["ties"]:
        lines.append(f"Ties between links as good: {summary['ties']:,}, in {out / 'ties.parquet'}")
    if summary["rejects"]:
        lines.append(f"{summary['rejects']:,} faults in the files: {out / 'rejects.parquet'}")
    return lines


def _print(made: dict[str, Any] | str) -> None:
    import json

    click.echo(made if isinstance(made, str) else json.dumps(made, indent=2, sort_keys=True))
