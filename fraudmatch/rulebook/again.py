"""Rules run again over a published night: the same records and links, the models asked anew."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch.errors import RunError
from fraudmatch.kept import Kept
from fraudmatch.linkage import Scorer, prepare
from fraudmatch.linkage.size import sized
from fraudmatch.linkage.subjects import subjects_of
from fraudmatch.pairs.in_night import model_of_night
from fraudmatch.report.words import dataset_title
from fraudmatch.restricted import FlagTables, apart, resting_on
from fraudmatch.schemas import EVIDENCE, empty
from fraudmatch.scoring import Library, Scored, overrule, score
from fraudmatch.scoring.judge import Bench
from fraudmatch.scoring.rules import Rule
from fraudmatch.scoring.sides import Night


class Rerun:
    """A published night ready to be judged by other rules; each model is made ready once.

    Args:
        kept: the night read back.
    """

    def __init__(self, kept: Kept) -> None:
        self.kept = kept
        self._scorers: dict[str, Scorer] = {}

    def __call__(self, rules: Iterable[Rule], library: Library) -> tuple[Scored, pa.Table]:
        """What these rules make of the night, whatever their status, and OVERRULED; nothing that rests on a restricted record.

        The overrides of the night act on the flags, so that they compare with those published.

        Args:
            library: holds the numbers the rules speak of.

        Raises:
            RunError: the night has no record of a data set that a rule is about.
            GateError: a model changed since the night.
            RuleFileError: a number is not in force on the date of the night.
        """
        running = tuple(_running(rule) for rule in rules)
        for rule in running:
            self._refuse_absent(rule)
        kept, here = self.kept, replace(library, rules=running)
        scored = score(
            kept.prepared.records, kept.prepared.details, kept.groups, here, self._asked(running),
            as_at=kept.as_at,
            payment_links=self._payment_links(),
        )  # fmt: skip
        flags, overruled = overrule(scored.flags, kept.overrides, here)
        whole = FlagTables(flags, scored.held, scored.members, empty(EVIDENCE), overruled)
        of = resting_on(whole, kept.prepared.records, kept.restricted)
        seen, _ = apart(whole, of["flag_key"].combine_chunks())
        return replace(scored, flags=seen.flags, held=seen.held, members=seen.members), seen.overruled

    def bench(self, rule: Rule, library: Library) -> Bench:
        """What is needed to ask the facts of one rule about records of the night.

        Raises: see `__call__`.
        """
        self._refuse_absent(rule)
        kept = self.kept
        night = Night(kept.prepared.records, kept.prepared.details, kept.groups, kept.as_at)
        return Bench(night, self._asked([rule]), self._payment_links(), library.constants(kept.as_at))

    def _payment_links(self) -> pa.Table | None:
        run = self.kept.run
        return run.read("links_payment") if "links_payment" in run.names() else None

    def lacks(self, rule: Rule) -> list[str]:
        """Data sets the rule is about and nobody sent that night."""
        there = pc.unique(self.kept.prepared.records["dataset"]).to_pylist()
        pair = rule.file.pair
        return [name for name in dict.fromkeys((pair.left, pair.right)) if name and name not in there]

    def _refuse_absent(self, rule: Rule) -> None:
        absent = self.lacks(rule)
        if absent:
            titles = " and ".join(f"{dataset_title(name)} ({name})" for name in absent)
            raise RunError(
                f"{rule.id} is about {titles}, and nobody sent any for the night of {self.kept.as_at}.",
                remedy="Try it on a site and night that has them, or run a night after they were delivered.",
            )

    def _asked(self, rules: Iterable[Rule]) -> Mapping[str, Scorer]:
        wanted = sorted({model for rule in rules for model in rule.models})
        return {model: self._scorer(model) for model in wanted}

    def _scorer(self, relation: str) -> Scorer:
        """The model of the night over what it read; it judges as it did then."""
        if relation not in self._scorers:
            kept = self.kept
            judged = subjects_of(kept.prepared.records, kept.prepared.details, kept.groups, relation)
            model = sized(model_of_night(kept, relation), judged.table.num_rows)
            self._scorers[relation] = Scorer(prepare(judged.table, model, judged.apart), judged.rows_of)
        return self._scorers[relation]


def _running(rule: Rule) -> Rule:
    """The rule as it would run: a draft or a retired one as a trial."""
    if rule.runs:
        return rule
    return replace(rule, file=rule.file.model_copy(update={"status": "trial"}))
