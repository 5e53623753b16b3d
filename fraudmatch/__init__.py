"""fraudmatch: cross-council data matching; extracts in, ranked and explained reports out.

A flag is an inconsistency to look into, never a finding about anyone. `fraudmatch.link` links the
frames of a notebook (docs/notebook.md).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fraudmatch.frames import link as link

__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    """Import on first use: the command line must not pay for what it does not need."""
    if name == "link":
        from fraudmatch.frames import link

        return link
    raise AttributeError(f"module 'fraudmatch' has no attribute {name!r}")
