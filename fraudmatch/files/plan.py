"""What the passes of a model cost and find on given files: `fraudmatch link --plan`.

Pairs, new pairs and blocks are counted without comparing anything. The share of true pairs that
the passes find is estimated from the links, so the pairs are compared too unless they are more
than the budget. Nothing is written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from fraudmatch.files.tables import Readied, link_ready, readable
from fraudmatch.linkage import Model
from fraudmatch.linkage.block import PassPlan
from fraudmatch.linkage.candidates import Keys, LargestBlock, blocking_keys, count_new, largest_blocks
from fraudmatch.linkage.measuring.coverage import Coverage, caught_by, estimate_coverage
from fraudmatch.report.layout import fitted, paragraph, text_table
from fraudmatch.report.words import counted

Say = Callable[[str], None]


@dataclass(frozen=True)
class PlannedPass:
    """One pass.

    Attributes:
        plan: what blocking counted.
        new: pairs that no earlier pass proposes.
        without_key: records that it cannot bring together with any: a value of the key is not known.
        largest: its largest blocks.
    """

    plan: PassPlan
    new: int
    without_key: int
    largest: tuple[LargestBlock, ...]


@dataclass(frozen=True)
class LinkPlan:
    """All passes.

    Attributes:
        model: its id.
        records: how many there are.
        possible: pairs of all with all (or across).
        passes: in the order of the model.
        coverage: what the passes are estimated to find; None where nothing was compared.
    """

    model: str
    records: int
    possible: int
    passes: tuple[PlannedPass, ...]
    coverage: Coverage | None

    @property
    def candidates(self) -> int:
        """Distinct candidate pairs."""
        return sum(one.new for one in self.passes)

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        passes = [
            asdict(one.plan)
            | {"new": one.new, "without_key": one.without_key}
            | {"largest_blocks": [asdict(block) for block in one.largest]}
            for one in self.passes
        ]
        return {
            "model": self.model,
            "records": self.records,
            "possible_pairs": self.possible,
            "candidate_pairs": self.candidates,
            "passes": passes,
            "coverage": None if self.coverage is None else self.coverage.as_dict(),
        }


def plan_links(
    ready: Readied, model: Model, *, threads: int | None = None, budget: int | None = None,
    say: Say = lambda _: None,
) -> LinkPlan:  # fmt: skip
    """Count, and estimate what is found.

    Args:
        budget: with more candidate pairs than this nothing is compared, and nothing estimated.
    """
    say("plan: keys")
    keys, plans = blocking_keys(ready.table, model, ready.side)
    made = []
    for number, one in enumerate(plans):
        say(f"  plan: pass {number + 1} of {len(plans)}, {one.pairs:,} pairs by {one.key}")
        made.append(
            PlannedPass(
                plan=one,
                new=count_new(keys, number, ready.side, threads),
                without_key=ready.table.num_rows - one.keyed - one.left_out_records,
                largest=tuple(_largest(ready, model, keys, number, cut=one.refined > 0)),
            )
        )
    coverage = None
    if budget is None or sum(one.new for one in made) <= budget:
        linked = link_ready(ready, model, threads=threads, say=say)
        hits = caught_by(keys, linked.links["left_id"].to_numpy(), linked.links["right_id"].to_numpy())
        coverage = estimate_coverage(hits, linked.links["match_probability"].to_numpy(), model)
    return LinkPlan(model.id, ready.table.num_rows, _possible(ready), tuple(made), coverage)


def _largest(ready: Readied, model: Model, keys: Keys, number: int, *, cut: bool) -> Iterator[LargestBlock]:
    """The largest blocks of more than one pair; a property is named by its address."""
    for block in largest_blocks(ready.table, model, keys, number, ready.side, cut=cut):
        if block.pairs > 1:
            expressions = (*model.passes[number].key, *model.passes[number].refine)
            shown = zip(expressions, block.values, strict=False)
            yield replace(block, values=tuple(readable(ready.table, *one) for one in shown))


def _possible(ready: Readied) -> int:
    count = int(ready.table.num_rows)
    if ready.side is None:
        return count * (count - 1) // 2
    rights = int(np.count_nonzero(ready.side))
    return rights * (count - rights)


# ---------------------------------------------------------------------------------------
# For people
# ---------------------------------------------------------------------------------------


def plan_lines(made: LinkPlan) -> list[str]:
    """The plan as lines of text; values of the largest blocks are shown, for they are the reader's own."""
    return [
        f"Model {made.model}, {counted(made.records, 'record')}, {made.possible:,} possible pairs",
        "",
        *text_table(_HEAD, [*_pass_rows(made), _total(made)], right=range(1, len(_HEAD)), most=44),
        "",
        "Largest blocks",
        *text_table(("pass", "records", "pairs", "value"), list(_block_rows(made)), right=(1, 2), most=60),
        *_left_out(made),
        "",
        *coverage_lines(made.coverage),
    ]


_HEAD = ("pass", "pairs", "new pairs", "blocks", "no key", "cut finer", "left out", "links", "only here")


def _pass_rows(made: LinkPlan) -> list[tuple[str, ...]]:
    found = made.coverage
    return [
        (
            one.plan.key, f"{one.plan.pairs:,}", f"{one.new:,}", f"{one.plan.blocks:,}",
            f"{one.without_key:,}", f"{one.plan.refined:,}", f"{one.plan.left_out_records:,}",
            "" if found is None else f"{found.caught[number]:,.0f}",
            "" if found is None else f"{found.alone[number]:,.0f}",
        )
        for number, one in enumerate(made.passes)
    ]  # fmt: skip


def _total(made: LinkPlan) -> tuple[str, ...]:
    pairs = sum(one.plan.pairs for one in made.passes)
    links = "" if made.coverage is None else f"{made.coverage.found:,.0f}"
    return ("all", f"{pairs:,}", f"{made.candidates:,}", "", "", "", "", links, "")


def _block_rows(made: LinkPlan) -> list[tuple[str, str, str, str]]:
    return [
        (
            one.plan.key if not place else "",
            f"{block.records:,}",
            f"{block.pairs:,}",
            " + ".join("–" if value is None else fitted(value, 24) for value in block.values),
        )
        for one in made.passes
        for place, block in enumerate(one.largest)
    ]


def _left_out(made: LinkPlan) -> list[str]:
    """A sentence for each pass that left records out."""
    return [
        line
        for one in made.passes
        if one.plan.left_out_records
        for line in paragraph(
            f"{one.plan.key}: {counted(one.plan.left_out_records, 'record')} stand in blocks that are too "
            f"large and are not compared by this pass ({one.plan.left_out_pairs:,} pairs).",
            indent="",
        )
    ]


def coverage_lines(found: Coverage | None) -> list[str]:
    """What the passes are estimated to find, and what that rests on."""
    if found is None:
        return paragraph(
            "The share of true pairs the passes find is estimated from the links; more pairs than the budget "
            "would have to be compared, so there is no estimate.",
            indent="",
        )
    if found.share is None:
        return paragraph(
            "The share of true pairs the passes find cannot be estimated: that takes links found by two "
            "passes at least.",
            indent="",
        )
    interval = f" (95 % interval {found.low:.1%} to {found.high:.1%})" if found.low and found.high else ""
    lines = paragraph(
        f"The passes find at most about {found.share:.1%} of the true pairs{interval}: of "
        f"{found.found:,.0f} expected true links {found.once:,.0f} were caught by one pass only and "
        f"{found.twice:,.0f} by two, so at least some {found.unseen:,.0f} more were caught by none.",
        indent="",
    )
    lines += paragraph(
        "Estimated without labels by capture and recapture (Chao 1987). It allows for pairs that are harder "
        "to catch than others, but pairs that share hardly anything leave no trace; the true share is "
        "mostly lower. See docs/linkage.md.",
        indent="",
    )
    if found.rests_on:
        lines += paragraph(
            f"Every pass that found anything reads {' and '.join(found.rests_on)}: nothing is known of pairs "
            "that differ there, and the estimate leaves them out.",
            indent="",
        )
    return lines
