"""What `explain` says of the case a flag is in: rank, the flags beside it, how its chance came about."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch.report.layout import paragraph
from fraudmatch.report.words import counted, long_date
from fraudmatch.schemas import RuleText


def case_lines(
    flag: Mapping[str, object], rule: RuleText, cases: pa.Table, case_flags: pa.Table, outcomes: pa.Table
) -> list[str]:
    """Lines about the case of a row of FLAGS, or about its outcome when a person has decided it.

    Args:
        rule: the text of its rule. cases: CASES. case_flags: CASE_FLAGS. outcomes: OUTCOMES.
    """
    key = flag["flag_key"]
    found = case_flags.filter(pc.equal(case_flags["flag_key"], key)).to_pylist()
    if not found:
        decided = outcomes.filter(pc.equal(outcomes["flag_key"], key)).to_pylist()
        said = [f"  {row['outcome']} on {long_date(row['decided_on'])}" for row in decided]
        return ["Decided; in no case", *said, ""] if said else []
    mine = found[0]
    case = cases.filter(pc.equal(cases["case_key"], mine["case_key"])).to_pylist()[0]
    beside = case_flags.filter(pc.equal(case_flags["case_key"], mine["case_key"])).to_pylist()
    return [
        f"Case {case['case_key']}: rank {case['rank']:,} of {cases.num_rows:,}, owner {case['owner']}, "
        f"{counted(case['minutes'], 'minute')}, chance real {case['chance_real']:.1%}",
        *(f"  beside it: {row['rule_id']} {row['flag_key'][:8]}" for row in beside if row["flag_key"] != key),
        *_yield_lines(mine, rule, flag["identity_probability"] is not None),
        "",
    ]


def _yield_lines(mine: Mapping[str, float], rule: RuleText, linked: bool) -> list[str]:
    """How the chance of this flag came about, one step a line."""
    checked = "" if rule.review.verified else " (to be verified)"
    worth = f"worth {rule.review.strength:g} decided flags"
    return [
        f"  {mine['yield_prior']:7.2%}  of its flags are real, says the rule, {worth}:",
        *paragraph(f"{rule.review.source}{checked}", "           "),
        f"  {mine['yield_posterior']:7.2%}  with the outcomes of this and other partners",
        f"  {mine['risk_probability']:7.2%}  with its risk points, beside the usual ones of the rule",
        f"  {mine['identity_probability']:7.2%}  {'that the link is right' if linked else 'as the rule rests on no link'}",
        f"  {mine['chance_real']:7.2%}  chance that the flag is real: the last two multiplied",
    ]
