"""What people do at the desk, from the first page to the last, in a real browser: with its scripts and without any."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Served, Window, press
from desk_people import WORDS
from playwright.sync_api import Error

Open = Callable[..., Window]
SMALL = "/?order=value&state=new&page=999"  # what one person decides


def opened(window: Window, path: str = SMALL, place: int = 0) -> str:
    """Open a case from the list; its key."""
    window.go(path)
    press(window.page.locator(".desk-cases tbody a").nth(place))
    window.page.wait_for_selector(".desk-work")
    window.page.wait_for_load_state("load")
    return re.search(r"/case/([0-9a-f]{16})", window.page.url).group(1)


def test_sign_in_wrong_right_and_out_and_the_back_button_shows_nothing(window: Open) -> None:
    ada = window("ada", signed_in=False)
    ada.sign_in("wrong words here")
    assert "do not go together" in ada.text() and "Error" in ada.page.title()
    ada.sign_in()
    assert "Cases of Cheltenham" in ada.text()
    reference = ada.page.locator(".desk-cases tbody a").first.inner_text()
    press(ada.page.get_by_role("button", name="Sign out"))
    ada.page.wait_for_url("**/sign-in")
    go_back(ada)
    assert reference not in ada.text() and "Sign in" in ada.text()


def test_who_comes_by_a_link_is_there_after_signing_in(window: Open) -> None:
    ada = window("ada", signed_in=False)
    ada.go("/?order=due")
    ada.page.get_by_label("Name of your account").fill("ada")
    ada.page.get_by_label("Password").fill("three good words")
    press(ada.page.get_by_role("button", name="Sign in"))
    assert ada.page.url.endswith("/?order=due")


def test_find_read_decide_wrongly_then_rightly_and_take_it_back(window: Open, served: Served) -> None:
    ada = window("ada")
    key = opened(ada)
    page = ada.page
    page.get_by_label("Note", exact=True).fill("Letter of 3 March seen.")
    press(page.get_by_role("button", name="Save the decision"))
    assert (
        "Choose what was found" in ada.text()
        and page.get_by_label("Note", exact=True).input_value() == "Letter of 3 March seen."
    )
    page.get_by_role("link", name="Choose what was found.").click()
    page.get_by_label("Cleared: nothing is wrong").check()
    page.get_by_label("Why nothing is wrong").select_option("moved")
    page.get_by_label("Actual").fill("12.50")
    press(page.get_by_role("button", name="Save the decision"))
    assert "You can take it back" in ada.text() and "Decided" in page.locator(".desk-facts").inner_text()
    event = served.desk.board.newest(served.desk.night.decidable(key, "cheltenham")[0])
    assert event.decision.note == "Letter of 3 March seen." and event.decision.value_actual_pence == 1_250
    press(page.get_by_role("button", name="Take back the decision"))
    assert "taken back" in ada.text() and "In review" in page.locator(".desk-facts").inner_text()


def test_a_filter_stands_in_the_address_and_leads_from_case_to_case(window: Open) -> None:
    ada = window("ada")
    page = ada.page
    page.get_by_label("At stake, at least").fill("1000")
    page.get_by_label("Order").select_option("value")
    press(page.get_by_role("button", name="Show", exact=True))
    assert "least=1000" in page.url and "order=value" in page.url
    shown = page.locator(".desk-cases tbody a").all_inner_texts()
    press(page.locator(".desk-cases tbody a").first)
    press(page.get_by_role("link", name="Next case"))
    assert shown[1] in page.locator("h1").inner_text()
    press(page.get_by_role("link", name="Previous case"))
    assert shown[0] in page.locator("h1").inner_text()
    press(page.get_by_role("link", name="Back to the list"))
    assert page.locator(".desk-cases tbody a").all_inner_texts() == shown


def test_two_windows_at_once_and_the_slower_keeps_what_was_typed(window: Open) -> None:
    ada, ben = window("ada"), window("ben")
    key = opened(ada, place=1)
    ben.go(f"/case/{key}")
    for one, words in ((ben, "First"), (ada, "Typed for a long time")):
        one.page.get_by_label("Note", exact=True).fill(words)
        one.page.get_by_label("Error: an honest mistake").check()
    press(ben.page.get_by_role("button", name="Save the decision"))
    press(ada.page.get_by_role("button", name="Save the decision"))
    assert "Somebody else was faster" in ada.text() and "First" in ada.text()
    assert ada.page.get_by_label("Note", exact=True).input_value() == "Typed for a long time"


def test_a_great_decision_is_proposed_given_back_and_approved(window: Open) -> None:
    ada, sue = window("ada"), window("sue")
    key = opened(ada, "/?least=20001&state=new")
    ada.page.get_by_label("Error: an honest mistake").check()
    press(ada.page.get_by_role("button", name="Save the decision"))
    assert "A second person is to approve it" in ada.text()
    sue.page.reload()
    press(sue.page.get_by_role("link", name="awaiting approval"))
    sue.go(f"/case/{key}")
    press(sue.page.get_by_role("button", name="Give it back"))
    assert "Write why" in sue.text()
    sue.page.get_by_label("Why it goes back").fill("Ask the landlord.")
    press(sue.page.get_by_role("button", name="Give it back"))
    ada.go(f"/case/{key}")
    assert "Ask the landlord." in ada.text()
    ada.page.get_by_label("Error: an honest mistake").check()
    press(ada.page.get_by_role("button", name="Save the decision"))
    sue.go(f"/case/{key}")
    press(sue.page.get_by_role("button", name="Approve it"))
    assert "The decision counts now" in sue.text()


def test_a_question_goes_to_the_other_council_and_comes_back(window: Open, served: Served) -> None:
    ada, cos = window("ada"), window("cos")
    desk, account = served.desk, served.desk.accounts.find("ada")
    key = next(
        key
        for key in desk.worklist(account).keys
        if "cotswold" in desk.askable(account, key).values() and not desk.board.history(key)
    )
    flag = next(flag for flag, to in desk.askable(account, key).items() if to == "cotswold")
    ada.go(f"/case/{key}")
    ada.page.get_by_label("About").select_option(flag)
    ada.page.get_by_label("Question", exact=True).fill("Since when?")
    press(ada.page.get_by_role("button", name="Ask", exact=True))
    assert "Query sent" in ada.page.locator(".desk-facts").inner_text()
    press(cos.page.get_by_role("link", name="Questions"))
    press(cos.page.get_by_role("link", name="Since when?").first)
    cos.page.get_by_label("What you know").fill("Since 2019.")
    press(cos.page.get_by_role("button", name="Send the answer"))
    ada.page.reload()
    assert "Since 2019." in ada.text()


def test_cases_are_given_dated_noted_and_closed_by_the_list(window: Open) -> None:
    sue = window("sue")
    key = opened(sue, place=2)
    page = sue.page
    page.get_by_label("Give it to").select_option("ben")
    press(page.get_by_role("button", name="Give", exact=True))
    page.get_by_label("Due on").fill("2026-03-20")
    press(page.get_by_role("button", name="Set"))
    page.get_by_label("Words").fill("Rang, no answer")
    press(page.get_by_role("button", name="Keep the note"))
    assert "Rang, no answer" in sue.text() and "20 March 2026" in sue.text()
    sue.go("/?due=overdue")
    assert page.locator(f'.desk-cases tbody a[href*="{key}"]').count() == 1 and "was due" in sue.text()
    sue.go("/")
    press(page.get_by_role("link", name="close the rest"))
    press(page.get_by_role("button", name=re.compile("Give me")))
    assert "drawn by chance" in sue.text()


def test_an_account_is_made_used_and_ended_and_the_ledger_has_it(window: Open, scripts: bool) -> None:
    username = "nia" if scripts else "nio"
    pat, nia, aud = window("pat"), window(username, signed_in=False), window("aud")
    press(pat.page.get_by_role("link", name="Accounts", exact=True))
    pat.page.get_by_label("Account", exact=True).fill(username)
    pat.page.get_by_label("Name of the person").fill("Nia Example")
    pat.page.get_by_label("Investigator").check()
    pat.page.get_by_label("First password").fill("four very good words")
    press(pat.page.get_by_role("button", name="Make the account"))
    assert f"{username} may sign in" in pat.text()
    nia.sign_in("four very good words")
    press(nia.page.get_by_role("link", name="Nia Example"))
    nia.page.get_by_label("The password you have").fill("four very good words")
    nia.page.get_by_label("The new one", exact=True).fill("five very good words here")
    nia.page.get_by_label("The new one again").fill("five very good words here")
    press(nia.page.get_by_role("button", name="Keep the new password"))
    assert "Your new password is kept" in nia.text() and "Cases of Cheltenham" in nia.text()
    press(pat.page.get_by_role("link", name=username, exact=True))
    press(pat.page.get_by_role("button", name="End the account"))
    assert "as you said" in pat.text()
    nia.go("/")
    assert "Sign in" in nia.page.title()
    press(aud.page.get_by_role("link", name="Ledger", exact=True))
    aud.page.get_by_label("About, or how its key begins").fill(username)
    press(aud.page.get_by_role("button", name="Show", exact=True))
    assert aud.page.locator("tbody tr").count() == 3 and "account.changed" in aud.text()


def test_an_export_is_downloaded_whole(window: Open) -> None:
    sue = window("sue")
    sue.go("/?least=5000")
    with sue.page.expect_download() as waited:
        sue.page.get_by_role("link", name="CSV").click()
    with Path(waited.value.path()).open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    assert f"of {len(rows)} cases" in sue.text() or len(rows) <= 25


@pytest.mark.parametrize("scripts", [True], ids=["with-scripts"], indirect=True)
def test_the_keyboard_alone_with_its_keys(window: Open) -> None:
    ada = by_keyboard(window("ada", signed_in=False))
    page = ada.page
    opened(ada, place=3)
    first = page.url
    page.keyboard.press("n")
    page.wait_for_url(lambda url: url != first)
    page.wait_for_load_state("load")
    page.keyboard.press("p")
    page.wait_for_url(first)
    page.keyboard.press("d")
    assert page.evaluate("document.activeElement.name") == "flag"
    page.keyboard.press("Tab")
    while page.evaluate("document.activeElement.name") != "outcome":
        page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")  # the second: an honest mistake
    page.get_by_role("button", name="Save the decision").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector(".govuk-notification-banner")
    assert "Decided" in page.locator(".desk-facts").inner_text()
    page.keyboard.press("u")
    page.keyboard.press("Enter")
    page.get_by_text("The decision was taken back").wait_for()


@pytest.mark.parametrize("scripts", [False], ids=["without-scripts"], indirect=True)
def test_the_keyboard_alone_without_scripts(window: Open) -> None:
    ada = by_keyboard(window("ada", signed_in=False))
    page = ada.page
    tab_to(ada, ".desk-cases a")
    page.keyboard.press("Enter")
    page.wait_for_selector(".desk-work")
    tab_to(ada, "#outcome")
    page.keyboard.press("Space")
    tab_to(ada, "#reason")
    page.keyboard.press("ArrowDown")
    tab_to(ada, ".desk-work button")
    page.keyboard.press("Enter")
    page.wait_for_selector(".govuk-notification-banner")
    assert "Saved" in ada.text()


def go_back(window: Window) -> None:
    """Press the Back button. Signing out clears the browser's stores, and while it does the driver may lose the page."""
    for tries in range(20):
        try:
            window.page.go_back()
            return
        except Error as error:
            if "Not attached" not in str(error) or tries == 19:
                raise
            window.page.wait_for_timeout(250)


def by_keyboard(window: Window) -> Window:
    """Sign in without touching the mouse."""
    window.go("/sign-in")
    for text in (window.username, WORDS):
        tab_to(window, "input")
        window.page.keyboard.type(text)
    window.page.keyboard.press("Enter")
    window.page.wait_for_selector(".desk-cases")
    return window


def tab_to(window: Window, selector: str) -> None:
    """Press Tab until what a selector names has the focus."""
    for _ in range(120):
        window.page.keyboard.press("Tab")
        if window.page.locator(f"{selector}:focus").count():
            return
    raise AssertionError(f"Tab never comes to {selector}")
