"""Decisions whose words are past their time: what was decided stays for its counts, who and what was said goes."""

from __future__ import annotations

from collections.abc import Iterator

from fraudmatch.days import after_months
from fraudmatch.ledger.erased import with_words
from fraudmatch.retention.asked import Asked
from fraudmatch.retention.items import Item, Stays, held_words


def decisions_due(asked: Asked) -> Iterator[Item | Stays]:
    """Decisions of partners that left, and those past the months of [retention] where it says some.

    A hold of a partner holds its decisions; one of a night, of a data set or of a record those of everybody: a decision
    does not say whose data it was about.
    """
    months = asked.terms.decisions
    for number, partner, decided_on in with_words(asked.site.outcomes_store):
        name, whose = f"decision {number}", asked.left.get(partner)
        if whose is not None:
            since, due, term = whose, whose, f"{partner} has left"
        elif months != "keep":
            since, due, term = decided_on, after_months(decided_on, months), f"decisions: {months} months"
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
            yield Stays("decision", name, held_words(holds), partner)
        else:
            yield Item("decision", name, "", name, since.isoformat(), due.isoformat(), term, partner)
