"""Work on hostile input in a process of its own, shut in: memory, time, files and network are limited there.

`pool` is the parent's side, `child` the process itself, `limits` what it may use. Nothing here knows what
the work is: the reading of deliveries names itself (`fraudmatch.extract.in_worker:answer`).
"""

from __future__ import annotations

from fraudmatch.containment.limits import Limits
from fraudmatch.containment.pool import Crashed, Done, Overrun, Pool, Raised

#: Who reads deliveries; its processes live until `close`, for several sites and nights.
READERS = Pool("fraudmatch.extract.in_worker:answer")

__all__ = ["READERS", "Crashed", "Done", "Limits", "Overrun", "Pool", "Raised"]
