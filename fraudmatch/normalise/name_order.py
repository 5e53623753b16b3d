"""Files whose forenames and surnames seem to have changed places, and surnames that hold the whole name.

Of changed places one record cannot tell ("JAMES THOMAS"); a whole file can. Nothing is turned round: the
linkage core compares names crosswise, so the answer is a word to the partner, not another reading.
"""

from __future__ import annotations

import numpy as np

from fraudmatch.forenames import known_forenames
from fraudmatch.normalise.distinct import Codes, Encoded, Mask
from fraudmatch.normalise.names import letters
from fraudmatch.normalise.text import fold
from fraudmatch.normalise.wordlists import table, words

_FEWEST = 20  # rows that tell; fewer may be chance
_MOST_WORDS = 4  # of a name without its title
_TIMES = 3  # turned rows for each straight one; forenames the list lacks must not look like a turned file


def holds_whole_name(surname: str) -> bool:
    """Whether a surname beside which no forename stands is a whole name, in the order people say it.

    "Mr John Alder" and "John Alder" are; "Van Dyke", "St John" and "Alder Brook" are not. A comma tells without us.
    """
    spoken = letters(surname).split()
    titled = bool(spoken) and spoken[0] in table("names", "titles")
    rest = spoken[titled:]
    if not 2 <= len(rest) <= _MOST_WORDS or rest[0] in words("names", "particles"):
        return False
    return titled or (rest[0] in known_forenames() and rest[-1] not in known_forenames())


def _is_forename(encoded: Encoded) -> Mask:
    known = known_forenames()
    return encoded.mask([(fold(value).split() or [""])[0] in known for value in encoded.values])


def turned_deliveries(forename: Encoded, surname: Encoded, files: Encoded) -> Codes:
    """The first row of each delivery whose names seem turned, rising.

    A row tells when exactly one of its two names is a known forename. A delivery is suspected when at least
    20 rows have it in the surname and they are more than three times those that have it in the forename.

    Args:
        forename, surname: as received; null tells nothing.
        files: the delivery of each row.
    """
    if not len(forename.dictionary) or not len(surname.dictionary):
        return np.empty(0, np.int64)
    first, last = _is_forename(forename), _is_forename(surname)
    turned = np.bincount(files.codes[last & ~first], minlength=len(files.dictionary))
    straight = np.bincount(files.codes[first & ~last], minlength=len(files.dictionary))
    suspected = np.flatnonzero((turned >= _FEWEST) & (turned > _TIMES * straight))
    rows = [int(np.argmax(files.codes == file)) for file in suspected.tolist()]
    return np.array(sorted(rows), np.int64)
