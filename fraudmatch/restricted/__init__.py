"""People whose records only a nominated officer of their council sees: who lives in a refuge, anonymous electors, staff.

Changes when councils mark them another way, or others are to see them. `listed` reads the lists that partners keep, `parting`
takes what rests on such a record out of the tables of a night. What is ordinary stands in the ordinary tables, which
everything else reads; what is restricted stands in tables of its own, which are asked for by name.
"""

from fraudmatch.restricted.listed import LIST_FILE, Listed, read_listed, standing_of
from fraudmatch.restricted.parting import (
    Apart,
    ApartCases,
    FlagTables,
    Hidden,
    Mask,
    apart,
    ids_of,
    resting_on,
    without,
)

__all__ = [
    "LIST_FILE", "Apart", "ApartCases", "FlagTables", "Hidden", "Listed", "Mask", "apart", "ids_of", "read_listed", "resting_on",
    "standing_of", "without",
]  # fmt: skip
