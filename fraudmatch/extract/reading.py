"""What a reader is told besides the form of the file."""

from __future__ import annotations

from dataclasses import dataclass

from fraudmatch.extract.encrypted import NO_KEYS, Keys
from fraudmatch.extract.header import Wanted
from fraudmatch.extract.headings import folded
from fraudmatch.extract.mapping import Mapping
from fraudmatch.extract.unpack import EXPANDED_LIMIT


@dataclass(frozen=True)
class Reading:
    """How one file is read.

    Attributes:
        headings: every heading the mapping may read, folded; none when no mapping is known.
        needed: how many columns the mapping reads.
        limit: bytes the file may grow to when it is unpacked.
        keys: for what is encrypted.
        wanted: headings the mapping needs, each with its alternatives.
    """

    headings: frozenset[str] = frozenset()
    needed: int = 0
    limit: int = EXPANDED_LIMIT
    keys: Keys = NO_KEYS
    wanted: Wanted = ()

    @classmethod
    def of(cls, mapping: Mapping, *, limit: int = EXPANDED_LIMIT, keys: Keys = NO_KEYS) -> Reading:
        """The reading of a file by a mapping."""
        sources = mapping.fields.values()
        headings = frozenset(folded(heading) for source in sources for heading in source.headings)
        needed = sum(bool(source.column) for source in sources)
        needed += sum(len(source.join) + 3 * bool(source.date_parts) for source in sources)
        return cls(headings, needed, limit, keys, mapping.wanted)


#: For files without a mapping (drafts).
PLAIN = Reading()
