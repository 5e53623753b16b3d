"""Writing all reports of a night: one folder per partner, and the hub analyst's page of counts."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch.errors import ConservationError
from fraudmatch.report.checks import checked
from fraudmatch.report.csvs import write_exceptions, write_rejects, write_sources
from fraudmatch.report.decided import decided_elsewhere, listed, made_from_of, since_decided, write_decided
from fraudmatch.report.delivery_profile import delivery_profiles, write_profiles
from fraudmatch.report.disclosure import Disclosure, Exceptions, flags_of, sides_of
from fraudmatch.report.inputs import ReportInput
from fraudmatch.report.pages import Pages, Returned
from fraudmatch.report.phrases import flags_in_words
from fraudmatch.report.to_correct import write_to_correct
from fraudmatch.report.totals import by_rule
from fraudmatch.report.workbook import write_workbook
from fraudmatch.report.worklist import CaseLists, write_worklists
from fraudmatch.site import Partner


def report(folder: Path, night: ReportInput) -> list[Path]:
    """Write the reports of a night under `folder` and return all paths, sorted.

    Per partner `<partner>/exceptions.xlsx`, `<rule id>.csv` for each rule with flags (and
    `<rule id> members.csv` where it flags groups),
    `index.html`, `deliveries/` (what each extract looks like),
    `to-correct/` where rows were set aside, `rejects.csv` and `sources.csv`, and where there are cases `worklist.csv` and
    `worklist.xlsx`; and `index.html` for the hub, counts only, with
    the worklists of all.
    Flags that stay decided are listed nowhere but in `decided.csv`, which says what became of every decision.
    The same input gives the same bytes; only rejects.csv, sources.csv and to-correct/ speak of row numbers.

    Raises:
        SchemaError, RuleFileError: the input breaks a contract; nothing has been written.
        ConservationError: a flag would be lost or shown to a stranger, or the folder holds files
            that this night did not write.
        RunError: a file could not be written whole.
    """
    night, whole = listed(checked(night)), night
    worded = flags_in_words(night.flags, night.evidence, night.rules)
    disclosure = Disclosure(night)
    lists = CaseLists(night, night.worklist) if night.worklist else None
    pages = Pages(night, disclosure.members, lists, decided_elsewhere(whole))
    written = [
        path
        for partner in night.partners
        for path in _partner(folder, partner, night, worded, disclosure, pages)
    ]
    if lists is not None:
        written += write_worklists(folder, night, lists)
    written.append(pages.write_hub(folder / "index.html"))
    _check_alone(folder, written)
    return sorted(written)


def _partner(
    folder: Path, partner: Partner, night: ReportInput, worded: pa.Table, disclosure: Disclosure, pages: Pages
) -> list[Path]:
    """The files of one partner, from flags it is a party of and from nothing else."""
    own = folder / partner.id
    own.mkdir(parents=True, exist_ok=True)
    flags = flags_of(partner.id, worded, disclosure.members)
    all_exceptions = exceptions_of(partner, flags, night, disclosure)
    _check_whole(partner, flags, all_exceptions)
    written = [own / f"{exceptions.name}.csv" for exceptions in all_exceptions]
    for path, exceptions in zip(written, all_exceptions, strict=True):
        write_exceptions(path, exceptions)
    rejects = night.rejects.filter(pc.equal(night.rejects["partner"], partner.id))
    write_rejects(own / "rejects.csv", rejects)
    write_sources(own / "sources.csv", partner.id, flags, disclosure)
    decided = write_decided(own / "decided.csv", partner.id, night.attached, night.rules)
    write_workbook(own / "exceptions.xlsx", partner, night, all_exceptions)
    to_correct = write_to_correct(own, partner, night, rejects)
    profiles = delivery_profiles(night, partner.id, rejects)
    pages.write_partner(own / "index.html", partner, flags, rejects, Returned(to_correct, profiles))
    described = write_profiles(
        own, profiles, night, lambda path, one: pages.write_delivery(path, partner, one)
    )
    return [
        *written,
        *decided,
        *described,
        *(own / name for one in to_correct for name in one.files),
        *(own / name for name in ("rejects.csv", "sources.csv", "exceptions.xlsx", "index.html")),
    ]


def exceptions_of(
    partner: Partner, flags: pa.Table, night: ReportInput, disclosure: Disclosure
) -> list[Exceptions]:
    """The partner's exceptions tables, one per rule with flags, by rule id; after that of a rule about
    groups the list of its members.
    """
    with_counts = flags.append_column("about_person", _about_person(partner, flags, disclosure))
    since = since_decided(night, partner.id, flags["flag_key"])
    with_counts = with_counts.append_column("since_decided", since)
    with_counts = with_counts.append_column("made_from", made_from_of(night, partner.id, flags["flag_key"]))
    made = []
    for rule_id, rows in by_rule(with_counts).items():
        about = rows["about_person"].combine_chunks()
        rule = night.rules[rule_id]
        made.append(disclosure.exceptions(partner, rule, rows, about))
        if rule.grouped_by:
            made.append(disclosure.member_list(partner, rule, rows))
    return made


def _about_person(partner: Partner, flags: pa.Table, disclosure: Disclosure) -> pa.Array:
    """Per flag, how many flags of this partner are about the person of its own record.

    null where nobody was linked, as with organisations.
    """
    persons = disclosure.source.person(sides_of(partner.id, flags).own_id)
    counts = pc.value_counts(persons.drop_null())
    place = pc.index_in(persons, value_set=counts.field("values"), skip_nulls=True)
    return counts.field("counts").take(place)


def _check_whole(partner: Partner, flags: pa.Table, all_exceptions: list[Exceptions]) -> None:
    """Every flag of the partner stands in exactly one table, and no other flag does."""
    listed = [exceptions for exceptions in all_exceptions if exceptions.of == "flag"]
    printed = [key for exceptions in listed for key in exceptions.table["flag_key"].to_pylist()]
    if sorted(printed) != sorted(flags["flag_key"].to_pylist()):
        raise ConservationError(f"The reports of {partner.id} do not hold its {len(flags)} flags.")


def _check_alone(folder: Path, written: list[Path]) -> None:
    """A leftover of another night among the reports would be read as tonight's."""
    strangers = sorted({path for path in folder.rglob("*") if path.is_file()} - set(written))
    if strangers:
        raise ConservationError(
            f"{folder} holds files that are not of this night, for example {strangers[0].name}.",
            remedy="Write the reports into a new folder.",
        )
