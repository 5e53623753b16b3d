"""Which of the files that fit one mapping tonight make the delivery: one file, or all numbered parts."""

from __future__ import annotations

from collections.abc import Collection

from fraudmatch.arrivals import ExtractedFile, FileFault
from fraudmatch.intake.store import Accepted

Sorted = tuple[list[ExtractedFile], list[ExtractedFile], list[FileFault]]


def sorted_out(
    files: list[ExtractedFile],
    broken: list[ExtractedFile],
    before: Accepted | None,
    released: Collection[str],
) -> Sorted:
    """The files that make the delivery, those that are set aside, and faults of the former.

    Args:
        files: of one slot, readable. broken: others of the slot that are refused, held or put off.
        before: what is in use. released: digests that a person let through.
    """
    files = sorted(files, key=lambda file: file.row["file"])
    files, copies = _without_copies(files)
    if any(file.declared.part is not None for file in files):
        return files, copies, _parts_missing(files, broken)
    if any(file.declared.several for file in files):
        return files, copies, []
    known = (before.earlier.keys() | before.digests) if before else set()
    fresh = [file for file in files if file.row["delivery"] not in known]
    if len(files) > 1 and fresh:
        old = [file for file in files if file.row["delivery"] in known]
        copies += [file.passed_over("came before; a newer delivery lies beside it") for file in old]
        files = fresh
    if len(files) == 1:
        return files, copies, _known_again(files[0], before)
    chosen = [file for file in files if file.row["delivery"] in released]
    if len(chosen) == 1:
        names = f"not chosen: {chosen[0].row['file']} was"
        others = [file for file in files if file is not chosen[0]]
        aside = [file.set_aside("held", [FileFault("AMBIGUOUS_DELIVERY", names)]) for file in others]
        return chosen, [*copies, *aside], [FileFault("AMBIGUOUS_DELIVERY", f"one of {len(files)} files")]
    names = ", ".join(file.row["file"] for file in files)
    return (
        [],
        [*copies, *(file.set_aside("held", [FileFault("AMBIGUOUS_DELIVERY", names)]) for file in files)],
        [],
    )


def _without_copies(files: list[ExtractedFile]) -> tuple[list[ExtractedFile], list[ExtractedFile]]:
    """Each content once; further files of the same bytes are told so."""
    first: dict[str, ExtractedFile] = {}
    copies = []
    for file in files:
        known = first.setdefault(file.row["delivery"], file)
        if known is not file:
            copies.append(file.passed_over(f"the same bytes as {known.row['file']}"))
    return list(first.values()), copies


def _known_again(file: ExtractedFile, before: Accepted | None) -> list[FileFault]:
    """A file that was in use before the one that is."""
    digest = file.row["delivery"]
    if before is None or digest in before.digests or digest not in before.earlier:
        return []
    then, now = before.earlier[digest], before.since
    detail = f"the very file of {then.isoformat()}, where that of {now.isoformat()} is in use"
    return [FileFault("EXTRACT_OLDER", detail)]


def _parts_missing(files: list[ExtractedFile], broken: list[ExtractedFile]) -> list[FileFault]:
    """Parts that are not here, came twice, or could not be read."""
    total = max(file.declared.parts or 0 for file in files)
    numbers = [file.declared.part for file in files]
    missing = [number for number in range(1, total + 1) if number not in numbers]
    faults = []
    if missing:
        unread = {file.declared.part: file.row for file in broken}
        for number in missing:
            row = unread.get(number)
            fate = f"was {row['state']}" if row else "is not here"
            faults.append(FileFault("PART_MISSING", f"part {number} of {total} {fate}"))
    twice = sorted({n for n in numbers if n is not None and numbers.count(n) > 1})
    if twice or None in numbers or any(n is not None and n > total for n in numbers):
        faults.append(FileFault("AMBIGUOUS_DELIVERY", f"{len(files)} files for {total} parts"))
    return faults
