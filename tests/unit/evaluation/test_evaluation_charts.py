"""Small reliability charts: what is full and what is a ring, where axes begin, counts in four characters."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fraudmatch.evaluation.charts import panel_axes, reliability_panel, short_count
from fraudmatch.linkage.measuring.curves import Bin, wilson

SVG = "{http://www.w3.org/2000/svg}"


def bin_of(stated: float, true: int, pairs: int) -> Bin:
    low, high = wilson(true, pairs)
    return Bin(0.0, 1.0, pairs, stated, true, true / pairs, low, high)


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0"), (999, "999"), (1000, "1.0k"), (9_949, "9.9k"), (9_950, "10k"), (26_859, "27k"),
     (999_499, "999k"), (999_600, "1.0m"), (12_000_000, "12m")],
)  # fmt: skip
def test_counts_are_short(count: int, text: str) -> None:
    assert short_count(count) == text


@given(st.integers(0, 999_000_000))
def test_no_count_takes_more_than_four_characters(count: int) -> None:
    assert len(short_count(count)) <= 4


def test_a_ring_says_that_the_stated_probability_is_outside_the_interval() -> None:
    bins = [bin_of(0.6, 60, 100), bin_of(0.97, 500, 1000)]
    drawn = ElementTree.fromstring(reliability_panel("x & y", bins, (50, 25)).svg())
    honest, off = drawn.findall(f"{SVG}circle")
    assert honest.get("fill") != "#fff" and off.get("fill") == "#fff" and off.get("stroke")
    assert float(honest.get("cx")) < float(off.get("cx")) and float(honest.get("cy")) > 0
    words = [text.text for text in drawn.findall(f"{SVG}text")]
    assert "100" in words and "1.0k" in words


def test_a_calibrated_bin_lies_on_the_dashed_line() -> None:
    chart = reliability_panel("x", [bin_of(0.9, 90, 100)], (50, 50))
    drawn = ElementTree.fromstring(chart.svg())
    ends = [tuple(map(float, one.split(","))) for one in drawn.find(f"{SVG}polyline").get("points").split()]
    (x0, y0), (x1, y1) = ends
    dot = drawn.find(f"{SVG}circle")
    across = (float(dot.get("cx")) - x0) / (x1 - x0)
    assert float(dot.get("cy")) == pytest.approx(y0 + across * (y1 - y0), abs=0.2)


def test_counts_of_near_bins_stand_in_two_rows() -> None:
    bins = [bin_of(0.90, 900, 1000), bin_of(0.93, 900, 1000), bin_of(0.999, 999, 1000)]
    drawn = ElementTree.fromstring(reliability_panel("x", bins, (50, 50)).svg())
    counts = [text for text in drawn.findall(f"{SVG}text") if text.text == "1.0k"]
    assert len({text.get("y") for text in counts}) == 2
    assert counts[0].get("y") == counts[2].get("y") != counts[1].get("y")


def test_axes_begin_at_a_tick_below_everything_that_rests_on_ten_pairs() -> None:
    wide, thin = bin_of(0.8, 30, 100), bin_of(0.6, 1, 2)
    assert panel_axes([[wide], [thin]]) == (50, 10)  # of 30 % the interval begins at 22 %
    assert panel_axes([[]]) == (50, 50)
