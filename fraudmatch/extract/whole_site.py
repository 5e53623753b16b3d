"""All deliveries of a site: which mapping fits which file, and everything put together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from fraudmatch.arrivals import ExtractedFile, Together, put_together
from fraudmatch.corrections import slot_of
from fraudmatch.errors import MappingError, Problem, SiteError
from fraudmatch.extract.arrival import hold_arrival
from fraudmatch.extract.content import digest_of
from fraudmatch.extract.declared import declared_of
from fraudmatch.extract.faults import Origin
from fraudmatch.extract.grid import Fault, Refused
from fraudmatch.extract.headings import did_you_mean
from fraudmatch.extract.load import load_mapping, problems_of
from fraudmatch.extract.mapping import Mapping
from fraudmatch.extract.one_file import refused_file
from fraudmatch.extract.printable import printable
from fraudmatch.extract.side_by_side import Job, read_all
from fraudmatch.site import Site


@dataclass(frozen=True)
class Extracted(Together):
    """What a site delivered, put together.

    Attributes:
        files: the same, file by file, in the order of partners and file names.
    """

    files: tuple[ExtractedFile, ...] = ()


def extract_site(site: Site, partners: Iterable[str] | None = None) -> Extracted:
    """See `fraudmatch.extract.extract`."""
    mappings = _all_mappings(site, _chosen(site, partners))
    plan = [
        (partner, path, mapping)
        for partner in mappings
        for path, mapping in _paired(site, partner, mappings[partner])
    ]
    files = _all_files(site, plan, mappings)
    whole = put_together(files)
    return Extracted(whole.received, whole.rejects, whole.deliveries, tuple(files))


def slots_of(site: Site) -> list[tuple[str, str]]:
    """Partner and slot of every mapping of a site, sorted."""
    return [(partner, path.stem) for partner in site.partner_ids for path in site.mappings_of(partner)]


def mappings_without_files(site: Site, partners: Iterable[str] | None = None) -> list[str]:
    """Mappings whose pattern fits no delivered file, as partner/file name, sorted."""
    return [
        f"{partner}/{mapping.path.name}"
        for partner, mappings in _all_mappings(site, _chosen(site, partners)).items()
        for mapping in mappings
        if not any(mapping.fits(path.name) for path in site.deliveries_of(partner))
    ]


def _chosen(site: Site, partners: Iterable[str] | None) -> list[str]:
    if partners is None:
        return list(site.partner_ids)
    chosen = sorted(set(partners))
    for partner in chosen:
        if partner not in site.partner_ids:
            hint = did_you_mean(partner, site.partner_ids) or f"Partners: {', '.join(site.partner_ids)}."
            raise SiteError(f"No partner {partner!r} takes part in {site.root}.", remedy=hint)
    return chosen


def _all_mappings(site: Site, partners: list[str]) -> dict[str, list[Mapping]]:
    """Partner -> its mappings, checked against the partners of the site as well.

    Raises:
        MappingError: all faults of all mappings of all partners.
    """
    mappings: dict[str, list[Mapping]] = {partner: [] for partner in partners}
    problems: list[Problem] = []
    for partner in partners:
        for path in site.mappings_of(partner):
            try:
                mapping = load_mapping(path)
            except MappingError as error:
                problems += problems_of(error, f"{partner}/{path.name}")
                continue
            problems += _strange_councils(mapping, site, f"{partner}/{path.name}")
            mappings[partner].append(mapping)
    if problems:
        raise MappingError("Mappings have faults; nothing was read.", problems=problems)
    return mappings


def _strange_councils(mapping: Mapping, site: Site, file: str) -> Iterator[Problem]:
    """Council codes that name nobody who takes part."""
    for code, partner in mapping.council.codes.items() if mapping.council else ():
        if partner not in site.partner_ids:
            hint = did_you_mean(partner, site.partner_ids) or f"Partners: {', '.join(site.partner_ids)}."
            yield Problem(file, f"council.codes.{code}", f"no partner {partner!r} takes part.", hint)


def _paired(site: Site, partner: str, mappings: list[Mapping]) -> Iterator[tuple[Path, Mapping | None]]:
    """Every delivered file with the mapping that fits it, or None.

    Raises:
        MappingError: two mappings fit one file.
    """
    for path in site.deliveries_of(partner):
        fitting = _fitting(path.name, mappings)
        if len(fitting) > 1:
            names = " and ".join(mapping.path.name for mapping in fitting)
            raise MappingError(
                f"{partner}: the file {path.name} fits more than one mapping: {names}.",
                remedy="Make one file.pattern narrower, so that every file fits one mapping.",
            )
        yield path, fitting[0] if fitting else None


def _fitting(file_name: str, mappings: list[Mapping]) -> list[Mapping]:
    """The mappings that fit a file; of corrected rows the one they are named after, whatever its pattern."""
    slot = slot_of(file_name, [mapping.slot for mapping in mappings])
    if slot is not None:
        return [mapping for mapping in mappings if mapping.slot == slot]
    return [mapping for mapping in mappings if mapping.fits(file_name)]


def _all_files(
    site: Site, plan: list[tuple[str, Path, Mapping | None]], mappings: dict[str, list[Mapping]]
) -> list[ExtractedFile]:
    """What every file of the plan gave, in its order; files are read by workers, never in this process."""
    refused: dict[int, ExtractedFile] = {}
    jobs: dict[int, Job] = {}
    for place, (partner, path, mapping) in enumerate(plan):
        fault = _at_the_door(site, path, mapping, mappings[partner])
        if mapping is None or fault is not None:
            dataset, slot = (mapping.dataset, mapping.slot) if mapping else (None, None)
            origin = Origin(partner, dataset, printable(path.name), digest_of(path))
            file = refused_file(Refused([fault or Fault("FILE_NO_MAPPING")]), origin)
            refused[place] = replace(file, slot=slot)
        else:
            jobs[place] = Job(partner, path, mapping, tuple(mappings[partner]))
    read = read_all(
        list(jobs.values()),
        root=site.root,
        partner_ids=site.partner_ids,
        as_at=site.as_at,
        limits=site.limits,
    )
    files = refused | dict(zip(jobs, read, strict=True))
    return [_declared(files[place], path, mapping) for place, (_, path, mapping) in enumerate(plan)]


def _declared(file: ExtractedFile, path: Path, mapping: Mapping | None) -> ExtractedFile:
    """The file with what its mapping declares of it."""
    return (
        replace(file, declared=declared_of(mapping.dataset, mapping.delivery, path.name)) if mapping else file
    )


def _at_the_door(site: Site, path: Path, mapping: Mapping | None, known: list[Mapping]) -> Fault | None:
    """What is wrong with a file before a byte of it is parsed."""
    try:
        hold_arrival(path, site.settle_seconds)
    except Refused as early:
        return early.faults[0]
    if mapping is None:
        patterns = ", ".join(other.file.pattern for other in known)
        detail = f"patterns of this partner: {patterns}" if patterns else "this partner has no mapping"
        return Fault("FILE_NO_MAPPING", detail=detail)
    if path.is_symlink() and path.parent.resolve() not in path.resolve().parents:
        return Fault("FILE_UNREADABLE", detail="it is a link to a place outside the partner's folder")
    try:
        size = path.stat().st_size
    except OSError as error:
        return Fault("FILE_UNREADABLE", detail=f"the system says: {error.strerror}")
    if size > site.limits.file_mb << 20:
        return Fault("FILE_TOO_LARGE", detail=f"{size:,} bytes; at most {site.limits.file_mb:,} MB are read")
    return None
