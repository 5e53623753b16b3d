"""Decisions and acts whose words are past their time: what was decided and done stays for its counts, who and what was said goes."""

from __future__ import annotations

from collections.abc import Iterator

from fraudmatch.days import after_months
from fraudmatch.ledger.erased import OF_ACTS, OF_DECISIONS, Words, with_words
from fraudmatch.retention.asked import Asked
from fraudmatch.retention.items import Item, Stays, held_words


def decisions_due(asked: Asked) -> Iterator[Item | Stays]:
    """Decisions, and acts about cases, of partners that left, and those past the months of [retention] where it says some.

    A hold of a partner holds its decisions; one of a night, of a data set or of a record those of everybody: a decision
    does not say whose data it was about.
    """
    yield from _due(asked, "decision", OF_DECISIONS)
    yield from _due(asked, "act", OF_ACTS)


def _due(asked: Asked, kind: str, words: Words) -> Iterator[Item | Stays]:
    months = asked.terms.decisions
    for number, partner, day in with_words(asked.site.outcomes_store, words):
        name, whose = f"{kind} {number}", asked.left.get(partner)
        if whose is not None:
            since, due, term = whose, whose, f"{partner} has left"
        elif months != "keep":
            since, due, term = day, after_months(day, months), f"decisions: {months} months"
        else:
            continue
        if asked.on < due:
            continue
        holds = [
            n
            for n, hold in asked.holds.in_force().items()
            if hold.partner in (None, partner) or hold.reference is not None
        ]
        if holds:
            yield Stays(kind, name, held_words(holds), partner)
        else:
            yield Item(kind, name, "", name, since.isoformat(), due.isoformat(), term, partner)
