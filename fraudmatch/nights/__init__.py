"""The run page for analysts: what came, what was held, how it was linked, and what of the flags changed since a night before, and why.

Changes when analysts ask for another table. `gather` reads two published nights, `deliveries` what came and what of it looks
otherwise, `linking` the passes and the weights of links, `contents` what records hold as numbers that two nights share,
`compare` which flags are new or gone and of what cause, `words` says it in sentences, `page` prints. No value of a record
stands on the page: it holds counts, names of partners, data sets, fields and files, and keys of flags.
"""

from fraudmatch.nights.compare import CAUSES, Changes, changes_between
from fraudmatch.nights.gather import NightRead, read_two
from fraudmatch.nights.page import night_page

__all__ = ["CAUSES", "Changes", "NightRead", "changes_between", "night_page", "read_two"]
