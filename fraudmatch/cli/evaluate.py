"""`fraudmatch evaluate`: links or a night against an answer key, or through a reviewed sample."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fraudmatch.cli.measured import (
    cases_lines,
    found_lines,
    judged_dict,
    judged_lines,
    measured_lines,
    night_lines,
    outcome_lines,
    planned_lines,
    print_json,
)
from fraudmatch.cli.progress import progress

if TYPE_CHECKING:
    from fraudmatch.evaluation.linking import Linking

_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@dataclass(frozen=True)
class _Asked:
    """What was asked for, besides of which links."""

    out: Path | None
    floor: float | None
    worst: int
    threads: int | None
    as_json: bool
    quiet: bool


@click.command("evaluate")
@click.argument("links", type=click.Path(path_type=Path, exists=True), required=False)
@click.option("--truth", type=_FILE, help="CSV of true pairs or true groups.")
@click.option("--run", "run_id", help="For a site: run id; the newest when absent.")
@click.option("--plan-review", "sample", type=click.IntRange(1), metavar="N",
              help="Without truth: write a sample of N pairs for people to decide on, to --out.")  # fmt: skip
@click.option("--reviewed", type=_FILE, help="A sample that was decided on: gives precision and recall.")
@click.option("--out", type=click.Path(path_type=Path),
              help="Where the page with charts goes: a folder, which gets the list of errors too, or a file that "
                   "ends in .html. With --plan-review: the CSV file.")  # fmt: skip
@click.option("--floor", type=float, metavar="BITS",
              help="Look at pairs down to this match weight; 10 bits below the threshold when absent.")  # fmt: skip
@click.option("--worst", type=click.IntRange(0), default=10, show_default=True,
              help="With --out: errors of each kind to list.")  # fmt: skip
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

    LINKS may also be a site that was run: its newest night is measured. With an answer_key
    folder: people, properties, organisations, planted cases and lawful look-alikes; --out adds
    the page. --plan-review draws pairs of people and needs no answer key.

    \b
    Examples:
      fraudmatch evaluate linked --truth truth.csv --out measured
      fraudmatch evaluate linked --plan-review 200 --out sample.csv
      fraudmatch evaluate --reviewed sample.csv
      fraudmatch evaluate mysite --out night.html
    """
    asked = _Asked(out, floor, worst, threads, as_json, quiet)
    if reviewed is not None:
        _reviewed(reviewed, as_json)
        return
    if links is None:
        raise click.UsageError("Name the folder of links or the site, or give --reviewed SAMPLE.csv.")
    site = links.is_dir() and not (links / "links.parquet").is_file()
    if run_id and not site:
        raise click.UsageError("--run is for nights; this is a folder of `link`.")
    if truth is not None and site:
        raise click.UsageError(
            "--truth is for folders of `link`; a site is held against its answer_key folder."
        )
    if sample is not None:
        _plan(links, site, run_id, sample, asked)
    elif site:
        _night(links, run_id, asked)
    elif truth is None:
        raise click.UsageError("Give --truth PAIRS.csv, or --plan-review N to draw pairs for review.")
    else:
        _folder(links, truth, asked)


# ---------------------------------------------------------------------------------------
# Against the truth
# ---------------------------------------------------------------------------------------


def _folder(links: Path, truth: Path, asked: _Asked) -> None:
    from fraudmatch.evaluation.answer_key import evaluate_links, true_pairs

    folder = links if links.is_dir() else links.parent
    found = evaluate_links(links / "links.parquet" if links.is_dir() else links, truth)
    if asked.out is None:
        _print(found, asked.as_json)
        return
    from fraudmatch.evaluation.judged import judge
    from fraudmatch.evaluation.linking import linking_of_folder
    from fraudmatch.evaluation.page import page
    from fraudmatch.evaluation.truth import truth_of_pairs
    from fraudmatch.evaluation.wrong import write_errors
    from fraudmatch.files.folder import read_folder

    with progress(asked.quiet) as say:
        read = read_folder(folder)
        linking = linking_of_folder(read, folder)
        true = truth_of_pairs(linking, true_pairs(truth, read.two))
        judged = judge(linking, true, asked.floor, threads=asked.threads, say=say)
        written = _write_page(asked.out, page(judged, asked.worst))
        if written.parent == asked.out:
            write_errors(asked.out / "errors.csv", judged)
    if asked.as_json:
        print_json(found | judged_dict(judged, asked.worst))
        return
    _print(found, False)
    _echo(judged_lines(judged, min(asked.worst, 5)))
    click.echo(
        f"\nWritten: {written}" + (f", {asked.out / 'errors.csv'}" if written.parent == asked.out else "")
    )


def _night(folder: Path, run_id: str | None, asked: _Asked) -> None:
    from fraudmatch.evaluation.answer_key import evaluate_site, key_of_site

    found = evaluate_site(folder, run_id)
    if asked.out is None:
        if asked.as_json:
            print_json(found)
        else:
            _echo(measured_lines(found) + cases_lines(found))
        return
    from fraudmatch.evaluation.night import judge_night
    from fraudmatch.evaluation.page import night_page
    from fraudmatch.evaluation.wrong import write_errors
    from fraudmatch.kept import read_night
    from fraudmatch.ledger.entering import enter
    from fraudmatch.site import load_site

    with progress(asked.quiet) as say:
        where = load_site(folder)
        enter(where, "record.viewed", of=str(found["run_id"]))
        kept = read_night(where, run_id)
        key = key_of_site(folder)
        judged = judge_night(kept, key, folder, run_id, asked.floor, threads=asked.threads, say=say)
        files = [_write_page(asked.out, night_page(found["run_id"], judged, found, asked.worst))]
        if files[0].parent == asked.out:
            for relation, one in judged.items():
                files.append(asked.out / f"errors_{relation}.csv")
                write_errors(files[-1], one)
    if asked.as_json:
        relations = {relation: judged_dict(one, asked.worst) for relation, one in judged.items()}
        print_json(found | {"relations": relations})
        return
    _echo(night_lines(judged, found) + cases_lines(found))
    click.echo(f"\nWritten: {', '.join(map(str, files))}")


def _write_page(out: Path, page: str) -> Path:
    """Write the page to a file that ends in .html, else into a folder; the file."""
    file = out if out.suffix == ".html" else out / "evaluation.html"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(page, encoding="utf-8")
    return file


# ---------------------------------------------------------------------------------------
# Clerical review
# ---------------------------------------------------------------------------------------


def _plan(links: Path, site: bool, run_id: str | None, sample: int, asked: _Asked) -> None:
    from fraudmatch.evaluation.review import planned_dict, write_review

    out = asked.out
    if out is None or out.suffix != ".csv":
        raise click.UsageError("Name the file to write with --out SAMPLE.csv.")
    if out.exists():
        raise click.UsageError(f"{out} exists, maybe with answers in it: name a new file.")
    linking = _people_of_night(links, run_id) if site else _of_folder(links)
    with progress(asked.quiet) as say:
        planned = write_review(linking, sample, out, asked.floor, threads=asked.threads, say=say)
    if asked.as_json:
        print_json(planned_dict(planned))
    else:
        _echo(planned_lines(planned, out))


def _of_folder(links: Path) -> Linking:
    from fraudmatch.evaluation.linking import linking_of_folder
    from fraudmatch.files.folder import read_folder

    folder = links if links.is_dir() else links.parent
    return linking_of_folder(read_folder(folder), folder)


def _people_of_night(folder: Path, run_id: str | None) -> Linking:
    from fraudmatch.evaluation.night import linking_of_night
    from fraudmatch.kept import read_night
    from fraudmatch.ledger.entering import enter
    from fraudmatch.site import load_site

    where = load_site(folder)
    kept = read_night(where, run_id)
    enter(where, "record.viewed", of=kept.run.folder.name, detail={"sample": 1})
    return linking_of_night(kept, "person", folder, run_id).linking


def _reviewed(path: Path, as_json: bool) -> None:
    from fraudmatch.evaluation.review import outcome_dict, read_review

    made = read_review(path)
    if as_json:
        print_json(outcome_dict(made))
    else:
        _echo(outcome_lines(made))


def _print(found: dict[str, object], as_json: bool) -> None:
    if as_json:
        print_json(found)
    else:
        _echo(found_lines(found))


def _echo(lines: list[str]) -> None:
    for line in lines:
        click.echo(line)
