"""People of a desk, and how each uses it without a browser: reads pages, fills in the forms that are on them."""

from __future__ import annotations

import datetime as dt
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from fraudmatch.accounts import Account, Accounts
from fraudmatch.exercise import run_night
from fraudmatch.review.desk import Desk
from fraudmatch.shipped import shipped
from fraudmatch.site import load_site

WORDS = "three good words"

PEOPLE = (
    Account("ada", "Ada Example", "cheltenham", ("investigator",)),
    Account("ben", "Ben Example", "cheltenham", ("investigator",)),
    Account("sue", "Sue Example", "cheltenham", ("supervisor",)),
    Account("ann", "Ann Example", "cheltenham", ("analyst",)),
    Account("pat", "Pat Example", "cheltenham", ("partner_administrator",)),
    Account("nom", "Nom Example", "cheltenham", ("nominated_officer",)),
    Account("own", "Own Example", "cheltenham", ("dataset_owner",)),
    Account("cos", "Cos Example", "cotswold", ("investigator",)),
    Account("max", "Max Example", "cotswold", ("supervisor",)),
    Account("aud", "Aud Example", None, ("auditor",)),
    Account("end", "End Example", "cheltenham", ("supervisor",), active=False),
    Account("sys", "Sys Example", None, ("system_administrator",)),
)


def make_published(root: Path) -> None:
    """A site of the sample in a new folder, with a night and an account of every role."""
    shutil.copytree(shipped("sample_data"), root)
    run_night(load_site(root))
    accounts = Accounts(load_site(root))
    for account in PEOPLE:
        accounts.add(account, WORDS, by="root", recorded_at=dt.datetime(2026, 4, 1, 9, 30, tzinfo=dt.UTC))


#: What a browser says of a form of the desk's own page.
FROM_HERE = {"Sec-Fetch-Site": "same-origin", "Origin": "null"}


class Forms(HTMLParser):
    """The forms of a page: action -> its fields as they stand."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.forms: list[tuple[str, dict[str, list[str]]]] = []
        self._select = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        if tag == "form":
            self.forms.append((said.get("action") or "", {}))
        elif self.forms and tag == "input" and said.get("name"):
            if said.get("type") not in ("checkbox", "radio") or "checked" in said:
                self.forms[-1][1].setdefault(str(said["name"]), []).append(said.get("value") or "")
        elif tag == "select":
            self._select = said.get("name") or ""
        elif self.forms and tag == "option" and "selected" in said:
            self.forms[-1][1][self._select] = [said.get("value") or ""]

    def of(self, end: str) -> dict[str, list[str]]:
        """The fields of the first form whose action ends so, the query apart."""
        return next(fields for action, fields in self.forms if action.partition("?")[0].endswith(end))


class Person:
    """Somebody at the desk."""

    def __init__(self, app: Flask, desk: Desk, username: str, *, signed_in: bool = True) -> None:
        self.desk, self.username = desk, username
        self.browser = app.test_client()
        if signed_in:
            assert self.sign_in().status_code == 303

    def sign_in(self, words: str = WORDS, **more: str) -> TestResponse:
        form = {"username": self.username, "password": words, **more}
        return self.browser.post("/sign-in", data=form, headers=FROM_HERE)

    def get(self, path: str, **headers: str) -> TestResponse:
        return self.browser.get(path, headers=headers)

    def send(self, path: str, form: dict[str, Any], headers: dict[str, str] | None = None) -> TestResponse:
        return self.browser.post(path, data=form, headers=FROM_HERE if headers is None else headers)

    def cases(self, query: str = "") -> list[str]:
        """Keys of the cases on the first page of the list, in their order."""
        page = self.get(f"/{query}").text
        return list(dict.fromkeys(re.findall(r'href="/case/([0-9a-f]{16})', page)))

    def fill_in(self, case_key: str, what: str, *, page: str | None = None, **fields: Any) -> TestResponse:
        """Fill in a form of the page of a case and send it."""
        shown = page if page is not None else self.get(f"/case/{case_key}").text
        form: dict[str, Any] = dict(Forms(shown).of(f"/{what}"))
        return self.send(f"/case/{case_key}/{what}", form | fields)
