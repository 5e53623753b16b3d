"""An account, its roles, and what each role may do: one table, which the desk, its tests and its guide all read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum

from fraudmatch.errors import DecisionError, Problem

USERNAME = re.compile(r"[a-z0-9][a-z0-9._@-]{1,99}")


#: The role that sees the cases of restricted people, and no others.
NOMINATED = "nominated_officer"


class Right(Enum):
    """Something a role lets a person do; the words are printed."""

    SEE_CASES = "see the cases of the partner"
    WORK_CASES = "note, decide and undo decisions of one's own"
    ASSIGN = "give cases to others, set days, undo decisions of others"
    APPROVE = "approve what a colleague proposes, or give it back"
    ANSWER = "answer what other councils ask about one's own records"
    EXPORT = "write lists of cases to files"
    SEE_LEDGER = "read the ledger"
    KEEP_ACCOUNTS = "make, change and end accounts of the partner"


@dataclass(frozen=True)
class Role:
    """A kind of work.

    Attributes:
        title: as printed. rights: what it lets a person do.
        of_hub: the account may belong to no partner. of_partner: it may belong to one.
    """

    title: str
    rights: frozenset[Right]
    of_hub: bool = False
    of_partner: bool = True


def _role(title: str, *rights: Right, of_hub: bool = False, of_partner: bool = True) -> Role:
    return Role(title, frozenset(rights), of_hub, of_partner)


#: Role -> what it is. The separation of duties follows the roles the National Fraud Initiative asks bodies to name (senior
#: responsible officer, key contact, investigators) and the Code of Data Matching Practice 2018 on who needs to see what:
#: who keeps machines and accounts sees no case, who audits changes none. What is restricted is the nominated officer's alone.
ROLES: Mapping[str, Role] = {
    "investigator": _role("Investigator", Right.SEE_CASES, Right.WORK_CASES, Right.ANSWER),
    "supervisor": _role(
        "Supervisor",
        Right.SEE_CASES,
        Right.WORK_CASES,
        Right.ASSIGN,
        Right.APPROVE,
        Right.ANSWER,
        Right.EXPORT,
        Right.SEE_LEDGER,
    ),
    NOMINATED: _role("Nominated officer", Right.SEE_CASES, Right.WORK_CASES, Right.APPROVE),
    "dataset_owner": _role("Dataset owner", Right.ANSWER),
    "analyst": _role("Analyst", Right.SEE_CASES, Right.EXPORT),
    "partner_administrator": _role("Partner administrator", Right.KEEP_ACCOUNTS),
    "auditor": _role("Auditor", Right.SEE_LEDGER, of_hub=True),
    "system_administrator": _role("System administrator", Right.KEEP_ACCOUNTS, of_hub=True, of_partner=False),
}


@dataclass(frozen=True)
class Account:
    """A person who may sign in.

    Attributes:
        username: as in the ledger; lower case. display_name: as printed.
        partner: whose cases the person works on; null = the hub's, who sees none.
        roles: keys of ROLES, sorted. active: False = the person may not sign in any more.
    """

    username: str
    display_name: str
    partner: str | None
    roles: tuple[str, ...]
    active: bool = True

    @property
    def nominated(self) -> str | None:
        """The partner whose cases of restricted people the person sees, instead of all others; null = none."""
        return self.partner if NOMINATED in self.roles else None

    def may(self, right: Right) -> bool:
        """Whether any role of the person gives a right."""
        return right in rights_of(self.roles)


def rights_of(roles: tuple[str, ...]) -> frozenset[Right]:
    """All that these roles let a person do."""
    return frozenset(right for role in roles for right in ROLES[role].rights)


def checked(account: Account, partners: tuple[str, ...]) -> Account:
    """The account, which can be kept.

    Raises:
        DecisionError: it cannot; names every field at fault.
    """
    problems = [Problem("account", name, what) for name, what in faults_of(account, partners)]
    if problems:
        raise DecisionError("The account was not kept.", problems=problems)
    return account


def faults_of(account: Account, partners: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """What is wrong with an account, as (field, what to write instead)."""
    if not USERNAME.fullmatch(account.username):
        yield "username", "write 2 to 100 of a-z, 0-9 and . _ @ -, beginning with a letter or digit."
    name = account.display_name
    if not 0 < len(name.strip()) <= 200 or any(ord(sign) < 32 for sign in name):
        yield "name", "write 1 to 200 characters."
    if account.partner is not None and account.partner not in partners:
        yield "partner", f"choose one of: {', '.join(partners)}; or none."
    strangers = [role for role in account.roles if role not in ROLES]
    if strangers or not account.roles:
        yield "roles", f"choose from: {', '.join(ROLES)}."
        return
    for role in account.roles:
        of = ROLES[role]
        if account.partner is None and not of.of_hub:
            yield "roles", f"a role {role} is for an account of a partner."
        if account.partner is not None and not of.of_partner:
            yield "roles", f"a role {role} is for an account of the hub, without a partner."
    if NOMINATED in account.roles and len(account.roles) > 1:
        yield "roles", "a nominated officer has an account for that alone: other work is done with another."
    rights = rights_of(account.roles)
    if Right.KEEP_ACCOUNTS in rights and Right.SEE_CASES in rights:
        yield "roles", "who keeps accounts sees no cases: give the two to two people."


def keeps(keeper: Account, account: Account) -> bool:
    """Whether one may make or change the account of another.

    A partner's administrator keeps the accounts of the partner; the hub's system administrator those of the hub, and of the
    partners' administrators, so that whoever keeps the machines gives nobody sight of a case. Nobody keeps one's own.
    """
    if not keeper.may(Right.KEEP_ACCOUNTS) or keeper.username == account.username:
        return False
    if keeper.partner is not None:
        return account.partner == keeper.partner
    return account.partner is None or account.roles == ("partner_administrator",)
