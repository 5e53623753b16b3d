"""The pictures of the guide, taken of the desk as it is: `make pictures` writes them, and here it is held that they can be taken
and are there. The people and records in them are invented.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Window

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "pictures"
#: Bytes a picture may have: a guide is read over slow lines too.
MOST = 200_000

pytestmark = pytest.mark.parametrize("scripts", [True], ids=["with-scripts"], indirect=True)


def taken(window: Window, name: str) -> None:
    """Take a picture; it is written where that was asked for, else one must be there."""
    made = window.page.screenshot(type="jpeg", quality=62)
    assert 5_000 < len(made) < MOST
    if os.environ.get("FRAUDMATCH_PICTURES"):
        FOLDER.mkdir(exist_ok=True)
        (FOLDER / name).write_bytes(made)
    assert (FOLDER / name).is_file(), f"make pictures writes {name}"


def test_the_pictures_of_the_guide(window: Callable[..., Window]) -> None:
    ada, sue, cos = (window(name) for name in ("ada", "sue", "cos"))
    taken(ada, "list.jpg")
    ada.go("/?least=20001")
    ada.page.locator(".desk-cases tbody a").nth(1).click()
    ada.page.wait_for_load_state("load")
    path = ada.page.url.removeprefix(ada.served.address)
    taken(ada, "case.jpg")
    ada.page.get_by_role("button", name="Save the decision").click()
    taken(ada, "mended.jpg")
    ada.page.get_by_label("Error: an honest mistake").check()
    ada.page.get_by_label("Note", exact=True).fill(
        "Rang the ratepayer on 31 March; the relief ended when the shop moved."
    )
    ada.page.get_by_role("button", name="Save the decision").click()
    sue.go(path)
    taken(sue, "approve.jpg")
    sue.go("/close?state=new")
    taken(sue, "close.jpg")
    cos.go("/questions")
    assert "There are none" in cos.text()
