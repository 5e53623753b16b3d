"""Deliveries tried: extract and normalise as in the night, nothing linked and nothing written."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pyarrow as pa

from fraudmatch.arrivals import ExtractedFile, Together, plain_rows, put_together
from fraudmatch.extract import Mapping, extract_file
from fraudmatch.extract.values.dates import REFERENCE_DAY
from fraudmatch.extract.whole_site import extract_site, mappings_without_files
from fraudmatch.normalise import normalise
from fraudmatch.preflight.findings import Preflight, findings
from fraudmatch.site import Site


def preflight(site: Site, partners: Iterable[str] | None = None) -> Preflight:
    """Extract and normalise the deliveries of a site and keep only what there is to say about them.

    A site without a date is read as at `REFERENCE_DAY`: the clock is never asked.

    Raises:
        ConfigurationError: the site or its mappings have faults.
    """
    chosen = None if partners is None else sorted(set(partners))
    extracted = extract_site(site, chosen)
    rejects = _all_faults(extracted, site.as_at or REFERENCE_DAY)
    idle = tuple(mappings_without_files(site, chosen))
    return Preflight(_files(extracted.files), tuple(findings(rejects)), idle)


def preflight_file(
    path: Path, mapping: Mapping, *, partner: str, as_at: dt.date | None = None
) -> tuple[Preflight, pa.Table]:
    """Try one file by a mapping, without a site.

    Args:
        partner: who sends it. A [council] column may name everybody its codes name.
        as_at: the day the exercise speaks of; null takes `REFERENCE_DAY`.

    Returns:
        What there is to say, and REJECTS row by row.

    Raises:
        ConservationError: the program lost or invented a row.
    """
    ids = {partner, *(mapping.council.codes.values() if mapping.council else ())}
    file: ExtractedFile = extract_file(path, mapping, partner=partner, partner_ids=ids, as_at=as_at)
    whole = put_together([file])
    rejects = _all_faults(whole, as_at or REFERENCE_DAY)
    return Preflight(_files([file]), tuple(findings(rejects)), ()), rejects


def _files(files: Iterable[ExtractedFile]) -> tuple[dict[str, Any], ...]:
    """DELIVERIES in plain rows; what the night would hold for its form is held here too.

    Gates that need what was accepted before are not asked.
    """
    held = [file.set_aside("held") if file.holds() and not file.refused else file for file in files]
    return tuple(plain_rows(put_together(held).deliveries))


def _all_faults(whole: Together, as_at: dt.date) -> pa.Table:
    """REJECTS of extract and, where anything was loaded, of normalise."""
    if not whole.received:
        return whole.rejects
    return pa.concat_tables([whole.rejects, normalise(whole.received, whole.deliveries, as_at=as_at).rejects])
