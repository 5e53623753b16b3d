"""What a delivery would meet in the night, without the night: for the analyst and for the partner.

A site or a single file is extracted and normalised, and only what there is to say of it is kept.
"""

from __future__ import annotations

from fraudmatch.preflight.findings import Finding, Preflight
from fraudmatch.preflight.trial import preflight, preflight_file

__all__ = ["Finding", "Preflight", "preflight", "preflight_file"]
