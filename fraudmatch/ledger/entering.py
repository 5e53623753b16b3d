"""Entering an act: the one function that every command calls."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from fraudmatch.ledger.actions import ACTIONS
from fraudmatch.ledger.chain import Keyed, append
from fraudmatch.ledger.entry import Act, Head
from fraudmatch.ledger.people import login_name
from fraudmatch.place import Place
from fraudmatch.site import Site
from fraudmatch.store.access import ready, transaction
from fraudmatch.store.words import in_words, stamp


def enter(
    site: Site, action: str, *, by: str | None = None, of: str | None = None, partner: str | None = None,
    before: str | None = None, after: str | None = None, detail: Mapping[str, Any] | None = None,
    keyed: Mapping[str, str] | None = None,
) -> Head:  # fmt: skip
    """Enter what somebody does in the ledger of a site, made where there is none; the head after it.

    Call it before the act where it shows something, after it where it makes something that can be told
    from outside; when it raises, the act must not be done, or must be told to have failed.

    Args:
        action: a key of ACTIONS. by: who; null = the login name of the operating system.
        of: what it is done to, by its id; never a name of anybody in the records.
        before / after: hex digests. detail: ids, counts and digests.
        keyed: values of a record, references too, that go into detail under these names as keyed digests.

    Raises:
        KeyError: there is no such action. StoreError: it was not entered.
    """
    act = Act(action, by or login_name(), of, partner, before=before, after=after, detail=detail or {})
    return enter_all(site.outcomes_store, [act], keyed or {})


def enter_all(store_file: Place, acts: list[Act], keyed: Mapping[str, str] | None = None) -> Head:
    """Enter acts in one transaction; `keyed` as in `enter`, of every act.

    Raises:
        KeyError: there is no such action. StoreError: none was entered.
    """
    for act in acts:
        ACTIONS[act.action]
    now = stamp(dt.datetime.now(dt.UTC))
    with in_words(store_file, "takes no entry in the ledger, so nothing was done"):
        ready(store_file)
    with transaction(store_file, writes=True) as connection:
        if keyed:
            digests = Keyed(connection)
            made = {name: digests.digest({"value": value}) for name, value in keyed.items()}
            acts = [replace(act, detail={**act.detail, **made}) for act in acts]
        return append(connection, acts, now)
