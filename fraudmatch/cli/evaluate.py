"""`fraudmatch evaluate`: links or a night against an answer key, or through a reviewed sample."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fraudmatch.cli.progress import progress

if TYPE_CHECKING:
    from fraudmatch.evaluation.judged import Judged, Wrong
    from fraudmatch.linkage.measuring.clerical import Estimate

_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.command("evaluate")
@click.argument("links", type=click.Path(path_type=Path, exists=True), required=False)
@click.option("--truth", type=_FILE, help="CSV of true pairs or true groups.")
@click.option("--run", "run_id", help="For a site: run id; the newest when absent.")
@click.option("--plan-review", "sample", type=click.IntRange(1), metavar="N",
              help="Without truth: write a sample of N pairs for people to decide on, to --out.")  # fmt: skip
@click.option("--reviewed", type=_FILE, help="A sample that was decided on: gives precision and recall.")
@click.option("--out", type=click.Path(path_type=Path),
              help="With --truth: folder for evaluation.html and errors.csv. With --plan-review: the CSV file.")  # fmt: skip
@click.option("--floor", type=float, metavar="BITS",
              help="Look at pairs down to this match weight; 10 bits below the threshold when absent.")  # fmt: skip
@click.option("--worst", type=click.IntRange(0), default=10, show_default=True,
              help="With --truth and --out: errors of each kind to list.")  # fmt: skip
@click.option("--threads", type=click.IntRange(1), help="Use at most this many threads.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead of text.")
@click.option("-q", "--quiet", is_flag=True, help="No progress.")
def command(
    links: Path | None, truth: Path | None, run_id: str | None, sample: int | None, reviewed: Path | None,
    out: Path | None, floor: float | None, worst: int, threads: int | None, as_json: bool, quiet: bool,
) -> None:  # fmt: skip
    """Measure LINKS, the folder that `fraudmatch link` wrote, or its links or clusters.parquet.

    With --truth: a CSV with the columns left_ref, right_ref (pairs) or source_ref, entity
    (groups, with file = left | right for two files). --out adds a page with precision and
    recall at every threshold, match weights and reliability, and the list of errors.

    Without truth: --plan-review draws pairs for people to decide on (same, different, cannot
    tell); --reviewed turns their answers into precision and recall with 95 % intervals.

    LINKS may also be a site with an answer_key folder: then its newest night is measured:
    people, properties, organisations, planted cases and lawful look-alikes.

    \b
    Examples:
      fraudmatch evaluate linked --truth truth.csv --out measured
      fraudmatch evaluate linked --plan-review 200 --out sample.csv
      fraudmatch evaluate --reviewed sample.csv
    """
    if reviewed is not None:
        _reviewed(reviewed, as_json)
    elif links is None:
        raise click.UsageError("Name the folder of links, or give --reviewed SAMPLE.csv.")
    elif sample is not None:
        _plan(links, sample, out, floor, threads, as_json, quiet)
    elif links.is_dir() and not (links / "links.parquet").is_file():
        from fraudmatch.evaluation.answer_key import evaluate_site

        _print(evaluate_site(links, run_id), as_json)
    elif truth is None:
        raise click.UsageError("Give --truth PAIRS.csv, or --plan-review N to draw pairs for review.")
    else:
        _measured(links, truth, out, floor, worst, threads, as_json, quiet)


# ---------------------------------------------------------------------------------------
# Against the truth
# ---------------------------------------------------------------------------------------


def _measured(
    links: Path, truth: Path, out: Path | None, floor: float | None, worst: int, threads: int | None,
    as_json: bool, quiet: bool,
) -> None:  # fmt: skip
    from fraudmatch.evaluation.answer_key import evaluate_links, true_pairs

    folder = links if links.is_dir() else links.parent
    found = evaluate_links(links / "links.parquet" if links.is_dir() else links, truth)
    if out is None:
        _print(found, as_json)
        return
    from fraudmatch.evaluation.judged import judge
    from fraudmatch.evaluation.page import page, write_errors
    from fraudmatch.files.folder import read_folder

    with progress(quiet) as say:
        read = read_folder(folder)
        judged = judge(read, true_pairs(truth, read.two), floor, threads=threads, say=say)
        out.mkdir(parents=True, exist_ok=True)
        (out / "evaluation.html").write_text(page(judged, worst), encoding="utf-8")
        write_errors(out / "errors.csv", judged)
    if as_json:
        _print(found | _judged_dict(judged, worst), True)
        return
    _print(found, False)
    for line in _judged_lines(judged, min(worst, 5)):
        click.echo(line)
    click.echo(f"\nWritten: {out / 'evaluation.html'}, {out / 'errors.csv'}")


def _judged_dict(judged: Judged, worst: int) -> dict[str, Any]:
    from dataclasses import asdict

    from fraudmatch.evaluation.charts import marks
    from fraudmatch.evaluation.judged import FALSE_LINK, NEVER_COMPARED, NO_LINK, wrong_pairs
    from fraudmatch.linkage.measuring.curves import at_threshold, reliability, weight_histogram

    seen, true = judged.seen
    at = [
        at_threshold(seen, true, mark, judged.true_pairs)
        for mark in marks(seen, judged.threshold, judged.floor)
    ]
    return {
        "threshold": judged.threshold,
        "floor": judged.floor,
        "thresholds": [asdict(one) for one in at],
        "weights": [asdict(one) for one in weight_histogram(seen, true)],
        "reliability": [asdict(one) for one in reliability(seen, true)],
        "worst": [
            asdict(one)
            for kind in (FALSE_LINK, NO_LINK, NEVER_COMPARED)
            for one in wrong_pairs(judged, kind, worst)
        ],
    }


def _judged_lines(judged: Judged, worst: int) -> list[str]:
    from fraudmatch.evaluation.charts import marks
    from fraudmatch.evaluation.judged import FALSE_LINK, NEVER_COMPARED, NO_LINK, wrong_pairs
    from fraudmatch.linkage.measuring.curves import at_threshold, reliability

    seen, true = judged.seen
    lines = ["", f"{'threshold':>9} {'links':>10} {'precision':>10} {'recall':>8} {'F1':>8}"]
    for mark in marks(seen, judged.threshold, judged.floor):
        at = at_threshold(seen, true, mark, judged.true_pairs)
        own = " <" if mark == judged.threshold else ""
        lines.append(
            f"{mark:>9g} {at.links:>10,} {_share(at.precision):>10} {_share(at.recall):>8} {_share(at.f1):>8}{own}"
        )
    lines += ["", f"{'probability':>15} {'pairs':>10} {'share true':>11}  95 % interval"]
    for one in reliability(seen, true):
        between = f"{one.low:g}-{one.high:g}"
        lines.append(
            f"{between:>15} {one.pairs:>10,} {one.share:>11.4f}  {one.share_low:.4f} to {one.share_high:.4f}"
        )
    for kind in (FALSE_LINK, NO_LINK, NEVER_COMPARED):
        found = wrong_pairs(judged, kind, worst)
        if found:
            lines += ["", f"{kind}:", *(f"  {_wrong(one)}" for one in found)]
    return lines


def _wrong(one: Wrong) -> str:
    levels = "; ".join(f"{name}: {level}" for name, level in one.levels.items())
    return f"{one.weight:+7.1f}  {one.left_ref} {one.right_ref}  {levels}"


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.4f}"


# ---------------------------------------------------------------------------------------
# Clerical review
# ---------------------------------------------------------------------------------------


def _plan(
    links: Path,
    sample: int,
    out: Path | None,
    floor: float | None,
    threads: int | None,
    as_json: bool,
    quiet: bool,
) -> None:
    from fraudmatch.evaluation.review import planned_dict, write_review
    from fraudmatch.files.folder import read_folder

    if out is None or out.suffix != ".csv":
        raise click.UsageError("Name the file to write with --out SAMPLE.csv.")
    if out.exists():
        raise click.UsageError(f"{out} exists, maybe with answers in it: name a new file.")
    folder = read_folder(links if links.is_dir() else links.parent)
    with progress(quiet) as say:
        planned = write_review(folder, sample, out, floor, threads=threads, say=say)
    if as_json:
        _print(planned_dict(planned), True)
        return
    click.echo(
        f"{planned.chosen:,} of {planned.pairs:,} pairs that weigh at least {planned.floor:g} bits, by match weight:"
    )
    click.echo(f"  {'stratum':>7}  {'match weight':<18} {'pairs':>10} {'to review':>10}")
    for number, one in enumerate(planned.strata, 1):
        click.echo(
            f"  {number:>7}  {_stretch(one.low, one.high, planned.floor):<18} {one.pairs:>10,} {one.wanted:>10,}"
        )
    click.echo(f"Written: {out}. Fill in the column outcome with: same, different, cannot tell.")
    click.echo(f"Then: fraudmatch evaluate --reviewed {out}")


def _stretch(low: float, high: float, floor: float) -> str:
    low = max(low, floor)
    return f"{low:+g} and more" if high == float("inf") else f"{low:+g} to {high:+g}"


def _reviewed(path: Path, as_json: bool) -> None:
    from fraudmatch.evaluation.review import outcome_dict, read_review

    made = read_review(path)
    if as_json:
        _print(outcome_dict(made), True)
        return
    click.echo(
        f"  {'stratum':>7} {'pairs':>10} {'same':>6} {'different':>10} {'cannot tell':>12}   share same, 95 % interval"
    )
    for number, one in made.strata.items():
        low, high = one.interval
        share = (
            f"{one.share:.3f}  {low:.3f} to {high:.3f}" if one.decided else "nobody decided; taken as 0 to 1"
        )
        link = "link" if one.linked else ""
        click.echo(
            f"  {number:>7} {one.pairs:>10,} {one.same:>6,} {one.different:>10,} {one.unclear:>12,}   {share}  {link}"
        )
    click.echo("")
    click.echo(f"precision  {_interval(made.precision)}")
    click.echo(
        f"recall     {_interval(made.recall)}  of the true pairs among those compared that weigh {made.floor:g} bits or more"
    )
    if any(one.unclear for one in made.strata.values()):
        click.echo(
            f"Pairs nobody could tell are left out; with them precision lies between {_share(made.lowest)} and {_share(made.highest)}."
        )
    if made.unanswered:
        click.echo(f"{made.unanswered:,} rows have no outcome yet and are left out.")
    click.echo("True pairs that no pass proposed are in neither figure: see fraudmatch link --plan.")


def _interval(made: Estimate) -> str:
    if made.value is None:
        return "-"
    return f"{made.value:.4f}  ({made.low:.4f} to {made.high:.4f})"


# ---------------------------------------------------------------------------------------
# Printing
# ---------------------------------------------------------------------------------------


def _print(found: dict[str, Any], as_json: bool) -> None:
    import json

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
