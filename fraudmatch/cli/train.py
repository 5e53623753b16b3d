"""`fraudmatch train`: fit m, u and the prior of a model to one's own records, without labels."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from fraudmatch.cli.progress import progress

if TYPE_CHECKING:
    from fraudmatch.linkage.fitting.changes import Line, Training

_PATH = click.Path(path_type=Path, exists=True)
_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.command("train")
@click.argument("left", type=_PATH)
@click.argument("right", type=_FILE, required=False)
@click.option(
    "--mapping", "mappings", type=_FILE, multiple=True,
    help="Mapping of LEFT, then of RIGHT. Not needed for a site, nor for Parquet files that hold the model's columns.",
)  # fmt: skip
@click.option(
    "--model", "model_name", default="person", show_default=True,
    help="Shipped model or path of a .toml file to begin with.",
)  # fmt: skip
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    help="File of the new model (.toml).",
)
@click.option("--ref", help="Without a mapping: the column that names a row.")
@click.option("--run", "run_id", help="For a site: run id; the newest when absent.")
@click.option("--keep-prior", is_flag=True, help="Leave the prior as it is.")
@click.option("--pairs", type=click.IntRange(1_000), default=300_000, show_default=True,
              help="Most pairs to draw from each blocking pass.")  # fmt: skip
@click.option("--random-pairs", type=click.IntRange(1_000), default=1_000_000, show_default=True,
              help="Pairs to draw at random, for u.")  # fmt: skip
@click.option("--all", "everything", is_flag=True, help="Print every level, not only those that moved.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead of text.")
@click.option("-q", "--quiet", is_flag=True, help="No progress.")
def command(
    left: Path, right: Path | None, mappings: tuple[Path, ...], model_name: str, out: Path, ref: str | None,
    run_id: str | None, keep_prior: bool, pairs: int, random_pairs: int, everything: bool, as_json: bool,
    quiet: bool,
) -> None:  # fmt: skip
    """Fit a model to LEFT, to LEFT linked with RIGHT, or to the newest night of a site.

    No answers are needed. The new model begins with --model, is numbered one higher and keeps its
    passes, levels and threshold. The same records always give the same model. Measure before you
    use it: `fraudmatch evaluate` (docs/measuring.md).

    \b
    Examples:
      fraudmatch train a.csv b.csv --mapping a.toml --mapping b.toml --out mine.toml
      fraudmatch link a.csv b.csv --mapping a.toml --mapping b.toml --model mine.toml --out linked
      fraudmatch train site --model organisation --out suppliers.toml
    """
    import json

    from fraudmatch.files.train import source_text, train_files, train_night, trained_text
    from fraudmatch.linkage import load_model
    from fraudmatch.linkage.fitting.changes import as_dict

    _check(left, right, mappings, out)
    model = load_model(model_name)
    source = source_text(model, model_name)
    with progress(quiet) as say:
        if left.is_dir():
            from fraudmatch.kept import read_night
            from fraudmatch.site import load_site

            say("read the night")
            made = train_night(
                read_night(load_site(left), run_id), model, keep_prior=keep_prior, per_pass=pairs,
                at_random=random_pairs, say=say,
            )  # fmt: skip
        else:
            made = train_files(
                [left, right] if right else [left], list(mappings), model, ref=ref, keep_prior=keep_prior,
                per_pass=pairs, at_random=random_pairs, say=say,
            )  # fmt: skip
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(trained_text(made, source), encoding="utf-8")
    if as_json:
        click.echo(json.dumps(as_dict(made), indent=2))
        return
    for line in _report(made, everything):
        click.echo(line)
    click.echo(f"Written: {out} ({made.new.id})")


def _check(left: Path, right: Path | None, mappings: tuple[Path, ...], out: Path) -> None:
    if out.suffix != ".toml":
        raise click.UsageError("--out names the new model file; it ends in .toml.")
    if out.exists():
        raise click.UsageError(f"{out} exists. A model is never edited in place: name a new file.")
    if left.is_dir() and (right or mappings):
        raise click.UsageError("A site needs no second file and no mapping.")
    if len(mappings) > (2 if right else 1):
        raise click.UsageError(
            f"{len(mappings)} mappings for {2 if right else 1} file(s); give one for each, or one for both."
        )


# ---------------------------------------------------------------------------------------
# Text
# ---------------------------------------------------------------------------------------

_HEAD = f"  {'':<26} {'old m':>9} {'new m':>9} {'old u':>11} {'new u':>11} {'weight':>8} {'new':>7}  learnt"


def _report(made: Training, everything: bool) -> list[str]:
    from fraudmatch.linkage.fitting.changes import lines, warnings

    trained = made.trained
    settled = "settled after" if trained.converged else "stopped after"
    out = [
        f"{made.records:,} records, {made.patterns.possible:,} possible pairs, {len(made.patterns.levels):,} agreement patterns",
        f"EM {settled} {trained.rounds:,} rounds; {trained.expected_pairs:,.0f} true pairs expected among the candidates",
        f"prior {made.old.prior:g} -> {made.new.prior:g} (log2 odds that two records are the same)",
        "",
        _HEAD,
    ]
    every = lines(made)
    shown = [one for one in every if everything or one.learnt]
    group = None
    for one in shown:
        if (one.comparison, one.when) != group:
            group = (one.comparison, one.when)
            out.append(f"{one.comparison}{f'  where {one.when}' if one.when else ''}")
        out.append(_level(one))
    if len(shown) < len(every):
        out.append(f"{len(every) - len(shown)} levels had too little to learn from (--all shows them)")
    notes = warnings(made)
    return [*out, *(["", "Mind:"] if notes else []), *(f"  - {note}" for note in notes)]


def _level(one: Line) -> str:
    return (
        f"  {_cut(one.level, 26):<26} {one.old_m:>9.5f} {one.new_m:>9.5f} {one.old_u:>11.7f} {one.new_u:>11.7f} "
        f"{one.old_weight:>+8.2f} {one.new_weight:>+7.2f}  {one.learnt or '-'}"
    )


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"
