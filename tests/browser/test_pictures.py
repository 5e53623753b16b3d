"""The pictures of the guides, taken of the desk and the pages as they are: `make pictures` writes them, and here it is held that they can be taken
and are there. The people and records in them are invented.
"""

from __future__ import annotations

import gzip
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from conftest import Window, press
from playwright.sync_api import Browser, Error, Page

from fraudmatch.cli import cli

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "pictures"
#: Bytes a picture may have: a guide is read over slow lines too.
MOST = 200_000


def photographed(page: Page) -> bytes:
    """The page as it shows. A busy machine's browser may have no frame ready and say that it cannot: it is asked again."""
    for tries in range(5):
        try:
            return page.screenshot(type="jpeg", quality=62)
        except Error as error:
            if "Unable to capture" not in str(error) or tries == 4:
                raise
            page.wait_for_timeout(500)
    raise AssertionError("it was returned, or raised")


def taken(page: Page, name: str) -> None:
    """Take a picture; it is written where that was asked for, else one must be there."""
    made = photographed(page)
    assert 5_000 < len(made) < MOST
    if os.environ.get("FRAUDMATCH_PICTURES"):
        FOLDER.mkdir(exist_ok=True)
        (FOLDER / name).write_bytes(made)
    assert (FOLDER / name).is_file(), f"make pictures writes {name}"


@pytest.mark.parametrize("scripts", [True], ids=["with-scripts"], indirect=True)
def test_the_pictures_of_the_guide(window: Callable[..., Window]) -> None:
    ada, sue, cos = (window(name) for name in ("ada", "sue", "cos"))
    taken(ada.page, "list.jpg")
    ada.go("/?least=20001")
    press(ada.page.locator(".desk-cases tbody a").nth(1))
    path = ada.page.url.removeprefix(ada.served.address)
    taken(ada.page, "case.jpg")
    press(ada.page.get_by_role("button", name="Save the decision"))
    taken(ada.page, "mended.jpg")
    ada.page.get_by_label("Error: an honest mistake").check()
    ada.page.get_by_label("Note", exact=True).fill(
        "Rang the ratepayer on 31 March; the relief ended when the shop moved."
    )
    press(ada.page.get_by_role("button", name="Save the decision"))
    sue.go(path)
    taken(sue.page, "approve.jpg")
    sue.go("/close?state=new")
    taken(sue.page, "close.jpg")
    cos.go("/questions")
    assert "There are none" in cos.text()


def test_the_pictures_of_the_analysts_guide(chromium: Browser, published: Path, tmp_path: Path) -> None:
    """Pages that commands write, of the sample and of a night after it for which half a register came."""
    site = tmp_path / "site"
    shutil.copytree(published, site)
    deliveries = site / "deliveries" / "cotswold"
    whole = gzip.decompress((deliveries / "ELECT-CDC-MAR26.csv.gz").read_bytes()).splitlines(keepends=True)
    (deliveries / "ELECT-CDC-APR26.csv.gz").write_bytes(gzip.compress(b"".join(whole[:1400]), mtime=0))
    for command in (
        ["run", site, "--as-at", "2026-04-30", "--quiet"], ["night", site, "--out", tmp_path / "night.html"],
        ["committee", site, "--from", "2026-03-01", "--to", "2026-04-30", "--out", tmp_path / "committee"],
    ):  # fmt: skip
        done = CliRunner().invoke(cli, [str(part) for part in command])
        assert done.exit_code in (0, 4), done.output
    page = chromium.new_page(viewport={"width": 1200, "height": 900})
    for path, name in (
        ("night.html", "night.jpg"),
        ("night.html#why", "night-why.jpg"),
        ("committee/index.html", "committee.jpg"),
    ):
        page.goto("about:blank")
        page.goto(f"{tmp_path.as_uri()}/{path}")
        taken(page, name)
    page.close()
