"""fraudmatch: cross-council data matching; extracts in, ranked and explained reports out.

A flag is an inconsistency to look into, never a finding about anyone.
"""

__version__ = "0.1.0"
