"""What is removed when its time is over, what is held back from that, and the proof of it (docs/retention.md)."""

from fraudmatch.retention.due import due_in
from fraudmatch.retention.holds import Hold, Holds, read_holds
from fraudmatch.retention.items import Due, Item, Stays
from fraudmatch.retention.left import left_partners
from fraudmatch.retention.purge import Purged, purge
from fraudmatch.retention.verified import unaccounted

__all__ = [
    "Due",
    "Hold",
    "Holds",
    "Item",
    "Purged",
    "Stays",
    "due_in",
    "left_partners",
    "purge",
    "read_holds",
    "unaccounted",
]
