"""axe finds nothing on any page of the desk, in any of its states."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import AXE, Served, Window, press

import fraudmatch.review

Open = Callable[..., Window]
#: Rules of WCAG 2.2 A and AA, and what axe calls best practice.
ASKED = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}

pytestmark = pytest.mark.parametrize("scripts", [True], ids=["with-scripts"], indirect=True)


def violations(window: Window) -> list[str]:
    """What axe finds; it is put into the page by the driver, past the page's own policy, which lets no script in."""
    window.page.evaluate(AXE.read_text(encoding="utf-8"))
    found = window.page.evaluate("asked => axe.run(document, asked)", ASKED)
    assert len(found["passes"]) > 10
    return [
        f"{one['id']}: {one['help']}: {[node['html'][:120] for node in one['nodes'][:3]]}"
        for one in found["violations"]
    ]


def case_of(window: Window) -> str:
    window.go("/?order=value&state=new&page=999")
    return str(window.page.locator(".desk-cases tbody a").first.get_attribute("href"))


@pytest.mark.parametrize("width", [1300, 420])
def test_the_pages_as_they_are_found(window: Open, width: int) -> None:
    sue, nobody = window("sue"), window("ada", signed_in=False)
    for one in (sue, nobody):
        one.page.set_viewport_size({"width": width, "height": 900})
    nobody.go("/sign-in")
    assert violations(nobody) == []
    nobody.sign_in("wrong words")
    assert violations(nobody) == []
    for path in (
        "/",
        "/?page=2",
        "/?least=999999999",
        case_of(sue),
        "/case/0000000000000000",
        "/questions",
        "/find",
        "/decided",
        "/close?rule=FM-CT-001",
        "/nowhere",
    ):
        sue.go(path)
        assert violations(sue) == [], path


def test_the_states_that_acts_lead_to(window: Open) -> None:
    sue, ada = window("sue"), window("ada")
    path = case_of(sue)
    ada.go(path)
    sue.go(path)
    press(sue.page.get_by_role("button", name="Save the decision"))
    assert "Choose what was found" in sue.text() and violations(sue) == []
    sue.page.get_by_label("Words").fill("Rang")
    press(sue.page.get_by_role("button", name="Keep the note"))
    assert violations(sue) == []
    ada.page.get_by_label("Unresolved: it cannot be told").check()
    press(ada.page.get_by_role("button", name="Save the decision"))
    assert "Somebody else was faster" in ada.text() and violations(ada) == []
    ada.go("/?least=20001&state=new")
    press(ada.page.locator(".desk-cases tbody a").first)
    ada.page.get_by_label("Error: an honest mistake").check()
    press(ada.page.get_by_role("button", name="Save the decision"))
    assert violations(ada) == []
    sue.go(ada.page.url.removeprefix(sue.served.address))
    assert "Approve it" in sue.text() and violations(sue) == []


@pytest.mark.parametrize(
    ("username", "paths"),
    [
        ("aud", ("/", "/ledger", "/ledger?action=session.begun", "/ledger?actor=nobody", "/password")),
        ("pat", ("/", "/accounts", "/accounts/ada", "/accounts/end")),
        ("sys", ("/", "/accounts", "/accounts/pat")),
        ("ann", ("/",)),
    ],
)
def test_what_others_see(window: Open, username: str, paths: tuple[str, ...]) -> None:
    one = window(username)
    for path in paths:
        one.go(path)
        assert violations(one) == [], path


def test_accounts_and_passwords_that_are_to_be_mended(window: Open) -> None:
    pat = window("pat")
    pat.go("/accounts")
    press(pat.page.get_by_role("button", name="Make the account"))
    assert "Choose at least one role" in pat.text() and violations(pat) == []
    pat.go("/accounts/ada")
    pat.page.get_by_label("Name of the person").fill(" ")
    press(pat.page.get_by_role("button", name="Keep", exact=True))
    assert "Nothing was changed" in pat.text() and violations(pat) == []
    pat.go("/password")
    press(pat.page.get_by_role("button", name="Keep the new password"))
    assert "not your password" in pat.text() and violations(pat) == []


GOVUK = Path(fraudmatch.review.__file__).parent / "static" / "govuk" / "govuk-frontend.min.css"


def test_the_look_of_the_design_system_has_no_barrier_and_nothing_that_is_not_ours_to_use(
    window: Open, served: Served
) -> None:
    if not GOVUK.is_file() and not os.environ.get("CI"):
        pytest.skip("make frontend fetches the style sheet")
    style = GOVUK.read_text(encoding="utf-8")
    assert "GDS" not in style and "@font-face" not in style and "url(/" not in style
    served.app.jinja_env.globals["has_govuk"] = True
    try:
        sue = window("sue")
        for path in ("/", case_of(sue), "/close?state=new", "/questions", "/ledger", "/password", "/nowhere"):
            sue.go(path)
            assert violations(sue) == [], path
        assert "GDS" not in sue.page.evaluate("getComputedStyle(document.querySelector('h1')).fontFamily")
        if folder := os.environ.get("FRAUDMATCH_LOOKS"):
            for name, path in (("list", "/"), ("case", case_of(sue))):
                sue.go(path)
                sue.page.screenshot(path=f"{folder}/govuk-{name}.png")
    finally:
        served.app.jinja_env.globals["has_govuk"] = False


def test_no_two_things_of_a_page_have_one_id(window: Open) -> None:
    sue = window("sue")
    sue.go(case_of(sue))
    press(sue.page.get_by_role("button", name="Save the decision"))
    ids = sue.page.evaluate("[...document.querySelectorAll('[id]')].map(one => one.id)")
    assert len(ids) > 20 and sorted(ids) == sorted(set(ids))
