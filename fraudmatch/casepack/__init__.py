"""The case pack: one case as one partner may see it, on a page that needs nothing else.

Changes when an officer wants something else in front of an interview or an audit. `gather` collects a case through
the gate of the reports (`report.disclosure`), so a pack shows what the workbook of the same partner shows and no
more; `sides`, `facts`, `dates` and `network` are its parts, `drawing` lays out its figures, `page` writes it.
"""

from fraudmatch.casepack.facts import RuleFacts, rule_facts
from fraudmatch.casepack.gather import CaseNight, CasePack, PackedFlag
from fraudmatch.casepack.page import case_body, contents_page, flag_body, pack_page, write_pack

__all__ = [
    "CaseNight",
    "CasePack",
    "PackedFlag",
    "RuleFacts",
    "case_body",
    "contents_page",
    "flag_body",
    "pack_page",
    "rule_facts",
    "write_pack",
]
