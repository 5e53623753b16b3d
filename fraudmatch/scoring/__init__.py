"""Scoring: linked records and rule files in, flags out.

A rule names facts about a pair of linked records and says one sentence over them. What a rule
may say is in `language`; how it is written, in docs/writing-a-rule.md.
"""

from fraudmatch.scoring.judge import LookedAt, Scorer
from fraudmatch.scoring.library import Library, load_library
from fraudmatch.scoring.overrides import read_overrides
from fraudmatch.scoring.overruling import overrule
from fraudmatch.scoring.stage import Scored, score

__all__ = ["Library", "LookedAt", "Scored", "Scorer", "load_library", "overrule", "read_overrides", "score"]
