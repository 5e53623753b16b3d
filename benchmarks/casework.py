"""What the ranked list of cases is worth, on a list as hard as councils report.

    python benchmarks/casework.py                     three seeds, medians
    python benchmarks/casework.py --seeds 1 --noise 330

Three lists of the same council tax accounts (one line an account):

* base line: every plain single person discount at whose property the register has a running entry of
  another surname or initial. In no order: that is how the plain match comes. Its yield is the base rate.
* withheld: the accounts of that list in the order of our cases, the rules run with their excuses
  (`unless`) withheld, so that nothing is filtered and only the ranking works.
* ours: the same with the rules as they are.
* ours, by chance: ours in the order of the chance that a case is real, whatever money is at stake. This is the
  order to compare yields by: the usual one wants expected pounds for each minute, and a real case of £80 stands
  below a doubtful one of £2,000.
* ours, in pounds: ours, counting the pounds at stake in the real cases in place of the cases. A real case that we
  do not flag counts as one of usual worth.
* flagged: of ours only the accounts that we flag, so that only the ranking works; their own base rate.

An account of the base line that we do not flag stands at the end of our list, in no order: what is measured
is whether an officer who reads our list from the top finds the planted cases sooner, and nobody is spared
a case that was missed. Beside them the whole night: every flag of every rule. `casework_hard` says how
the lists were made hard.
"""

from __future__ import annotations

import argparse
import csv
import statistics
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
from casework_hard import write_hard_site

from fraudmatch.casework import Ties, make_cases, terms_of
from fraudmatch.exercise import Night, run_night
from fraudmatch.schemas import OUTCOMES
from fraudmatch.scoring import score
from fraudmatch.site import load_site

NONE = OUTCOMES.empty_table()
DISCOUNT_RULES = ("FM-CT-001", "FM-CT-002", "FM-CT-003", "FM-CT-004", "FM-CT-005")


@dataclass(frozen=True)
class Measured:
    """One ranked list: lines, real ones, share of the real in the top 30 %, yield of the top tenth over the base rate."""

    lines: int
    real: int
    in_top_30: float
    lift: float

    def __str__(self) -> str:
        rate = self.real / self.lines
        return (
            f"{self.lines:5,} lines, {self.real:4} real ({rate:5.1%}); in the top 30 %: {self.in_top_30:6.1%} "
            f"of them; top tenth {self.lift * rate:6.1%}, {self.lift:4.1f} times the base rate"
        )


def measure(order: Sequence[float], tail: int, tail_real: float) -> Measured:
    """A list in order (1 = real, 0 = not, a share where lines of one rank come in no order), and `tail` lines behind it in no order, of which `tail_real` are real."""
    lines, real = len(order) + tail, round(sum(order)) + tail_real

    def found(first: int) -> float:
        inside = sum(order[:first])
        return inside + (max(first - len(order), 0) * tail_real / tail if tail else 0)

    return Measured(
        lines, real, found(round(lines * 0.3)) / real, found(lines // 10) / (lines // 10) / (real / lines)
    )


def names_of(night: Night) -> list[str]:
    columns = (night.prepared.records[c].to_pylist() for c in ("partner", "dataset", "source_ref"))
    return ["/".join(parts) for parts in zip(*columns, strict=True)]


def planted(site: Path) -> list[dict[str, str]]:
    with (site / "answer_key" / "cases.csv").open(encoding="utf-8", newline="") as lines:
        return [row for row in csv.DictReader(lines) if row["kind"] == "planted"]


def base_line(night: Night) -> set[int]:
    """Record ids of the accounts of the plain match."""
    records = night.prepared.records.append_column("property_id", night.linked.groups["property_id"])
    tax = night.prepared.details["council_tax"]
    plain = pc.and_(pc.equal(tax["discount_type"], "single_person"), pc.is_null(tax["disregard_type"]))
    plain = pc.and_(pc.fill_null(plain, False), pc.is_null(tax["liability_end"]))
    accounts = tax.filter(plain)["record_id"].to_numpy()
    register = night.prepared.details["electoral_register"]
    entries = register.filter(pc.is_null(register["date_removed"]))["record_id"].to_numpy()
    wanted = ["record_id", "property_id", "forename", "surname"]
    payers = {row["property_id"]: row for row in records.select(wanted).take(pa.array(accounts)).to_pylist()}
    found = set()
    for entry in records.select(wanted).take(pa.array(entries)).to_pylist():
        payer = payers.get(entry["property_id"])
        if payer and entry["property_id"] is not None and called(entry) != called(payer):
            found.add(payer["record_id"])
    return found


def called(record: dict[str, str | None]) -> tuple[str, str]:
    """Surname and initial, by which plain matches tell people apart."""
    return record["surname"] or "", (record["forename"] or "")[:1]


def ranked(night: Night, flags: pa.Table, by_chance: bool = False) -> pa.Table:
    """The flags in the order of their cases; among cases of one chance by key, which is as good as at random."""
    terms = terms_of(night.library.constants(night.as_at))
    ties = Ties(night.scored.members, night.prepared.records.select(["phone", "email"]))
    made = make_cases(flags, night.linked.groups, night.library.texts(), NONE, terms, ties)
    cases = made.cases.select(["case_key", "rank", "chance_real"]).rename_columns(
        ["case_key", "rank", "whole_chance"]
    )
    with_rank = made.flags.join(cases, "case_key")
    first = [("whole_chance", "descending")] if by_chance else []
    return with_rank.join(flags.select(["flag_key", "left_id", "right_id"]), "flag_key").sort_by(
        [*first, ("rank" if not by_chance else "case_key", "ascending"), ("position", "ascending")]
    )


def worth_of(flags: pa.Table, real: set[int]) -> dict[int, float]:
    """Account -> pounds at stake: the greatest estimate of its discount flags; of real cases only."""
    found: dict[int, float] = {}
    columns = (flags[name].to_pylist() for name in ("rule_id", "left_id", "value_estimate_pence"))
    for rule, left, pence in zip(*columns, strict=True):
        if rule in DISCOUNT_RULES and left in real:
            found[left] = max(found.get(left, 0.0), (pence or 0) / 100)
    usual = statistics.median(found.values())
    return {left: found.get(left, usual) for left in real}


def on_accounts(
    ranked_flags: pa.Table,
    accounts: set[int],
    real: set[int],
    *,
    place: str = "rank",
    behind: bool = True,
    worth: dict[int, float] | None = None,
) -> Measured:
    """The base line's accounts in the order of our cases; accounts at one place are in no order.

    Each real one counts 1, or what it is worth.
    """
    worth = worth or dict.fromkeys(real, 1.0)
    at: dict[int, float] = {}
    columns = (ranked_flags[name].to_pylist() for name in ("rule_id", "left_id", place))
    for rule, left, where in zip(*columns, strict=True):
        if rule in DISCOUNT_RULES and left in accounts:
            at.setdefault(left, where)
    together: dict[float, list[float]] = defaultdict(list)
    for left, where in at.items():
        together[where].append(worth.get(left, 0.0))
    order = [sum(some) / len(some) for some in together.values() for _ in some]
    rest = accounts - at.keys() if behind else set()
    return measure(order, len(rest), sum(worth[left] for left in sorted(rest & real)))


def whole_night(ranked_flags: pa.Table, names: list[str], keys: set[tuple[str, ...]]) -> Measured:
    """Every case of every rule: real where one of its flags was planted."""
    order: dict[int, bool] = {}
    for row in ranked_flags.to_pylist():
        pair = (names[row["left_id"]], "" if row["right_id"] is None else names[row["right_id"]])
        real = (row["rule_id"], *sorted(pair)) in keys
        order[row["rank"]] = order.get(row["rank"], False) or real
    return measure(list(order.values()), 0, 0)


def one_seed(seed: int, noise: int) -> dict[str, Measured]:
    with tempfile.TemporaryDirectory() as place:
        site = Path(place) / "site"
        write_hard_site(site, seed, noise)
        night = run_night(load_site(site))
        rows, names = planted(site), names_of(night)
    place_of = {name: number for number, name in reversed(list(enumerate(names)))}
    left = [
        f"{row['left_partner']}/council_tax/{row['left_ref']}"
        for row in rows
        if row["rule_id"] == "FM-CT-001"
    ]
    accounts, real = base_line(night), {place_of[name] for name in left}
    open_rules = tuple(replace(rule, unless={}) for rule in night.library.rules)
    withheld = score(
        night.prepared.records, night.prepared.details, night.linked.groups,
        replace(night.library, rules=open_rules), night.linked.scorers, as_at=night.as_at,
        payment_links=night.linked.links["payment"],
    )  # fmt: skip
    keys = {
        (row["rule_id"], *sorted("/".join(row[f"{s}_{c}"] for c in ("partner", "dataset", "ref")) for s in ("left", "right")))
        for row in rows
    }  # fmt: skip
    keys = {tuple("" if part.endswith("/") else part for part in key) for key in keys}
    by_chance = ranked(night, night.scored.flags, by_chance=True)
    return {
        "base line": measure([], len(accounts), len(accounts & real)),
        "withheld": on_accounts(ranked(night, withheld.flags), accounts, real),
        "ours": on_accounts(ranked(night, night.scored.flags), accounts, real),
        "ours, in pounds": on_accounts(
            ranked(night, night.scored.flags),
            accounts,
            real & accounts,
            worth=worth_of(night.scored.flags, real & accounts),
        ),
        "ours, by chance": on_accounts(by_chance, accounts, real, place="whole_chance"),
        "flagged, by chance": on_accounts(by_chance, accounts, real, place="whole_chance", behind=False),
        "whole night, withheld": whole_night(ranked(night, withheld.flags), names, keys),
        "whole night": whole_night(ranked(night, night.scored.flags), names, keys),
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--noise", type=int, default=260)
    chosen = parser.parse_args()
    runs = []
    for seed in range(1, chosen.seeds + 1):
        runs.append(one_seed(seed, chosen.noise))
        print(f"seed {seed}")
        for name, measured in runs[-1].items():
            print(f"  {name:22} {measured}")
    print(f"medians over {len(runs)} seeds")
    for name in runs[0]:
        top = statistics.median(run[name].in_top_30 for run in runs)
        lift = statistics.median(run[name].lift for run in runs)
        print(f"  {name:22} real cases in the top 30 %: {top:.1%}; top tenth {lift:.1f} times the base rate")


if __name__ == "__main__":
    main()
