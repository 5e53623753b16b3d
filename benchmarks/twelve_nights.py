"""Twelve nights with outcomes fed back: what learning is worth, in real cases for an officer hour.

    python benchmarks/twelve_nights.py
    python benchmarks/twelve_nights.py --seeds 50 --minutes 3000

A simulation of flags, not of records; yields, cases, priority and plan are those of the program. Six partners
and the rules of the library. The true yield of a rule is drawn around its stated rate (odds times
exp(N(0, 1))), that of rule and partner around the rule's (odds times exp(N(0, 0.7))): what is stated is right
on the whole and wrong in every instance. Each night every rule brings new flags to every partner (Poisson,
mean 12), each real at the true yield moved by its risk points as the ranking supposes, around money drawn once
for the rule (lognormal, sigma 0.8). The true mean minutes of a rule are drawn around the stated ones (lognormal with
that mean, sigma 0.5), those of a flag around the rule's (sigma 0.4). Officers have so many minutes a night, work the
list from the top until they are spent, and what they decide, with the minutes it took, is known the next night. What
nobody reached stays, and older flags wait with new ones.

Four orders with the same flags and the same truth: learning (outcomes set yields and minutes), yields (the minutes
officers record are left out), not learning (the stated priors for ever), and random. Figures are medians over the seeds; pounds are the value at stake of the real cases decided.
"""

from __future__ import annotations

import argparse
import datetime as dt
import hashlib
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from fraudmatch.casework import make_cases, terms_of
from fraudmatch.casework.terms import Terms
from fraudmatch.schemas import FLAGS, GROUPS, OUTCOMES, RuleText
from fraudmatch.scoring import load_library
from fraudmatch.shipped import shipped

NIGHTS = 12
PARTNERS = tuple(f"partner_{letter}" for letter in "abcdef")
PER_NIGHT = 12
DAY = dt.date(2026, 4, 1)


@dataclass
class World:
    """The truth of one seed, and all flags of all nights.

    Attributes:
        nights: flags by night: rows of FLAGS with "real" and "took" (minutes) beside them.
    """

    rules: dict[str, RuleText]
    nights: list[list[dict[str, object]]] = field(default_factory=list)


def odds(chance: float) -> float:
    return chance / (1 - chance)


def share(odds_: float) -> float:
    return odds_ / (1 + odds_)


def spread(rng: np.random.Generator, sigma: float) -> float:
    """A lognormal factor with mean 1."""
    return float(np.exp(rng.normal(-sigma * sigma / 2, sigma)))


def make_world(rules: dict[str, RuleText], terms: Terms, seed: int) -> World:
    rng = np.random.default_rng(seed)
    rate = {}
    for rule_id, rule in rules.items():
        of_rule = odds(rule.review.rate) * np.exp(rng.normal(0, 1))
        for partner in PARTNERS:
            rate[rule_id, partner] = of_rule * np.exp(rng.normal(0, 0.7))
    took = {rule_id: rule.review.minutes * spread(rng, 0.5) for rule_id, rule in rules.items()}
    worth = {rule_id: np.exp(rng.normal(np.log(80_000), 0.8)) for rule_id in rules}
    world, number = World(rules), 0
    for _ in range(NIGHTS):
        flags = []
        for (rule_id, partner), usual in rate.items():
            for _ in range(int(rng.poisson(PER_NIGHT))):
                points = int(rng.choice((40, 60, 80)))
                real = rng.random() < share(usual * 2 ** ((points - 60) / terms.doubling_points))
                key = hashlib.sha256(f"{seed}/{number}".encode()).hexdigest()[:32]
                pence = int(np.exp(rng.normal(np.log(worth[rule_id]), 0.8)))
                flags.append(
                    _flag(key, rules[rule_id], partner, number, points, pence)
                    | {"real": bool(real), "took": max(1, round(took[rule_id] * spread(rng, 0.4)))}
                )
                number += 1
        world.nights.append(flags)
    return world


def _flag(key: str, rule: RuleText, partner: str, number: int, points: int, pence: int) -> dict[str, object]:
    return {
        "flag_key": key, "rule_id": rule.id, "rule_version": rule.version, "relation": rule.relation,
        "left_id": number, "right_id": None, "left_partner": partner, "right_partner": None,
        "risk_points": points, "priority": points, "value_estimate_pence": pence, "facts": "{}",
    }  # fmt: skip


def table(schema: pa.Schema, rows: list[dict[str, object]]) -> pa.Table:
    return pa.table([pa.array([row.get(f.name) for row in rows], f.type) for f in schema], schema=schema)


def live_through(world: World, terms: Terms, minutes: int, order: str, seed: int) -> np.ndarray:
    """[nights, 2]: real cases and real pounds for each officer hour."""
    rng = np.random.default_rng(seed)
    size = sum(len(flags) for flags in world.nights)
    groups = table(GROUPS, [{"record_id": n} for n in range(size)])
    pending: dict[str, dict[str, object]] = {}
    outcomes: list[dict[str, object]] = []
    made = np.zeros((NIGHTS, 2))
    for night, new in enumerate(world.nights):
        pending |= {str(flag["flag_key"]): flag for flag in new}
        known = table(OUTCOMES, sorted(outcomes, key=lambda row: str(row["flag_key"])))
        casework = make_cases(table(FLAGS, list(pending.values())), groups, world.rules, known, terms)
        cases = casework.cases
        if order == "random":
            cases = cases.take(pa.array(rng.permutation(len(cases))))
        decided, spent = worked(cases, pending, minutes)
        real = [flag for flag in decided if flag["real"]]
        pounds = sum(int(str(f["value_estimate_pence"])) for f in real) / 100
        made[night] = len(real) / (spent / 60), pounds / (spent / 60)
        if order in ("not learning", "random"):
            continue
        outcomes += [
            {
                "flag_key": f["flag_key"], "rule_id": f["rule_id"], "partner": f["left_partner"],
                "outcome": "confirmed" if f["real"] else "cleared", "decided_on": DAY + dt.timedelta(days=30 * night),
                "minutes": f["took"] if order == "learning" else None,
            }
            for f in decided
        ]  # fmt: skip
    return made


def worked(
    cases: pa.Table, pending: dict[str, dict[str, object]], minutes: int
) -> tuple[list[dict[str, object]], int]:
    """The flags decided from the top of the list until the minutes are spent, taken out of `pending`."""
    decided, spent = [], 0
    for key in cases["leading_flag_key"].to_pylist():
        if spent >= minutes:
            break
        decided.append(pending.pop(key))
        spent += int(str(decided[-1]["took"]))
    return decided, spent


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument(
        "--minutes", type=int, default=6000, help="officer minutes a night, all partners together"
    )
    chosen = parser.parse_args()
    library = load_library([shipped("rules")])
    terms, rules = terms_of(library.constants(DAY)), library.texts()
    orders = ("learning", "yields", "not learning", "random")
    found = {order: np.zeros((chosen.seeds, NIGHTS, 2)) for order in orders}
    for seed in range(chosen.seeds):
        world = make_world(rules, terms, seed)
        for order in orders:
            found[order][seed] = live_through(world, terms, chosen.minutes, order, seed)
    flags = PER_NIGHT * len(PARTNERS) * len(rules)
    print(
        f"{len(rules)} rules, {len(PARTNERS)} partners, about {flags:,} new flags a night, {chosen.minutes:,} minutes a night,"
    )
    print(f"{chosen.seeds} seeds, medians")
    for what, column in (("real cases an hour", 0), ("real pounds an hour", 1)):
        print(f"\n{what}\nnight  " + "  ".join(f"{order:>12}" for order in orders))
        for night in range(NIGHTS):
            cells = [np.median(found[order][:, night, column]) for order in orders]
            print(f"{night + 1:5}  " + "  ".join(f"{cell:12,.2f}" for cell in cells))
        last = {order: found[order][:, NIGHTS // 2 :, column].mean(axis=1) for order in orders}
        for better, worse in (("learning", "not learning"), ("learning", "yields")):
            low, middle, high = np.percentile(last[better] / last[worse], (10, 50, 90))
            print(
                f"nights 7 to 12, {better} over {worse}: {middle:.2f} (of ten seeds, one below {low:.2f}, one above {high:.2f})"
            )


if __name__ == "__main__":
    main()
