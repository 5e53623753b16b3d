"""Partner file -> RECEIVED, REJECTS and DELIVERIES; changes when a partner's system changes.

Every row of every file is loaded, rejected or skipped, and counted by two hands: the reader
and a scanner that shares no code with it. What a mapping does not declare is refused or
reported, never guessed.
"""

from __future__ import annotations

from collections.abc import Iterable

from fraudmatch.arrivals import ExtractedFile
from fraudmatch.extract.load import load_mapping
from fraudmatch.extract.mapping import Mapping
from fraudmatch.extract.one_file import extract_file, extract_table
from fraudmatch.extract.whole_site import Extracted, extract_site, slots_of
from fraudmatch.site import Site

__all__ = [
    "Extracted",
    "ExtractedFile",
    "Mapping",
    "extract",
    "extract_file",
    "extract_table",
    "load_mapping",
    "slots_of",
]


def extract(site: Site, *, partners: Iterable[str] | None = None) -> Extracted:
    """Read every delivery of a site by its partners' mappings.

    Args:
        site: the site folder.
        partners: ids to read; null reads all.

    Returns:
        RECEIVED per data set, REJECTS and DELIVERIES. A file that cannot be read is a
        refused delivery, not an error.

    Raises:
        MappingError: mappings have faults (all of them are named), or two fit one file.
        SiteError: an id in `partners` takes no part.
        ConservationError: the program lost or invented a row.
    """
    return extract_site(site, partners)
