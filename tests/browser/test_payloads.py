"""Script and markup in every text of a desk, opened in a real Chromium with its scripts on: nothing of it comes to life.

What a window may not do (dialogs, errors, refused loads, asking other places) is noted by `conftest.Window`.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest
from conftest import Served, Window, press, serving
from hostile import PAYLOADS, TYPED, harmless, hostile, hostile_desk, paths_of
from payloads import SCRIPTS
from playwright.sync_api import Browser
from visitors import Visitor

from fraudmatch.report.clean import clean_text
from fraudmatch.review.settings import local_hosts

Both = tuple[tuple[Served, dict[str, Visitor]], tuple[Served, dict[str, Visitor]]]
#: Every element of the page, with the names of its attributes but those that scripts of the desk set.
MADE_OF = """
() => [...document.querySelectorAll("*")].map((one) =>
  [one.namespaceURI, one.localName, ...[...one.attributes].map((said) => said.name).filter((name) => name !== "data-sent")].join(" "))
"""


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    """The hostile desk, and the harmless one, each with who typed into it."""
    root = tmp_path_factory.mktemp("payloads")
    with pytest.MonkeyPatch.context() as patch:
        opened = []
        for name, texts in (("hostile", hostile), ("harmless", harmless)):
            listening = socket.create_server(("127.0.0.1", 0))
            hosts = ("localhost", *local_hosts(listening.getsockname()[1]))
            opened.append((listening, *hostile_desk(root / name, patch.setattr, texts, hosts)))
        with serving(opened[0][1], opened[0][0]) as one, serving(opened[1][1], opened[1][0]) as other:
            yield (one, opened[0][2]), (other, opened[1][2])


def window_of(chromium: Browser, served: Served, visitor: Visitor) -> Window:
    """A window with the session of a visitor."""
    context = chromium.new_context(viewport={"width": 1300, "height": 900}, locale="en-GB")
    context.add_cookies(
        [
            {
                "name": served.desk.settings.cookie,
                "value": visitor.token,
                "url": served.address,
                "sameSite": "Strict",
            }
        ]
    )
    return Window(context, served, str(visitor.username))


def test_nothing_comes_to_life_on_any_page(chromium: Browser, both: Both) -> None:
    seen: set[str] = set()
    count = 0
    for partner in both[0][1]:
        windows = [window_of(chromium, served, visitors[partner]) for served, visitors in both]
        for path in paths_of(both[0][0].desk, partner):
            made = []
            for window in windows:
                window.go(path)
                made.append(window.page.evaluate(MADE_OF))
            assert made[0] == made[1], (partner, path)
            text = windows[0].page.evaluate("() => document.documentElement.textContent")
            seen |= {payload for payload in PAYLOADS if clean_text(payload) in text}
            count += 1
        for window in windows:
            window.context.close()
            assert window.wrong == []
    assert count > 90 and set(SCRIPTS) <= seen


@pytest.mark.parametrize("part", range(4))
def test_what_is_typed_in_the_browser_stays_text(chromium: Browser, both: Both, part: int) -> None:
    served, visitors = both[0]
    partner, visitor = next(iter(visitors.items()))
    key = served.desk.board.worklist(served.desk.site.partner(partner)).keys[part]
    typed = "\n".join(TYPED[part::4])
    assert len(typed) < 2_000
    window = window_of(chromium, served, visitor)
    window.go(f"/case/{key}?state=")
    note = window.page.get_by_label("Note", exact=True)
    note.fill(typed)
    press(window.page.get_by_role("button", name="Save the decision"))
    assert (
        window.page.get_by_label("Note", exact=True).input_value() == typed
    )  # nothing was chosen: shown again
    window.page.locator("#words").fill(typed)
    press(window.page.locator("form[action*='/note'] button").first)
    assert typed in {event.act.note for event in served.desk.log.events()}
    shown = window.page.evaluate("() => document.documentElement.textContent")
    assert all(clean_text(text) in shown for text in TYPED[part::4])
    window.context.close()
    assert window.wrong == []


def test_a_careless_page_would_be_noticed(chromium: Browser, both: Both) -> None:
    """The watcher is awake: the same texts, written unescaped, are blocked by the policy with a word in the console, or live."""
    served, visitors = both[0]
    partner, visitor = next(iter(visitors.items()))
    window = window_of(chromium, served, visitor)
    window.go(f"/case/{served.desk.board.worklist(served.desk.site.partner(partner)).keys[0]}?state=")
    before = window.page.evaluate(MADE_OF)
    window.page.evaluate(
        "(text) => { document.querySelector('main').innerHTML += text }", "<img src=x onerror=alert(1)>"
    )
    window.page.wait_for_timeout(200)
    assert window.page.evaluate(MADE_OF) != before
    assert any("Content Security Policy" in what or "dialog" in what for what in window.wrong)
    window.context.close()
