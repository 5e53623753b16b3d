"""Addresses: what is written -> flat, number, building, street, town."""

import pytest

from fraudmatch.normalise.addresses import Address, read_address, street


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("FLAT 2, 10 HIGH ST", ("2", "10", None, "HIGH STREET", None)),
        ("2/10 X ROAD", ("2", "10", None, "X ROAD", None)),
        ("10B HIGH STREET", ("B", "10", None, "HIGH STREET", None)),
        ("10 B HIGH STREET", ("B", "10", None, "HIGH STREET", None)),
        ("FLAT 2, 10B HIGH STREET", ("2", "10B", None, "HIGH STREET", None)),
        ("APT 4, ROSE HOUSE, 5 MILL LANE, LEEDS", ("4", "5", "ROSE HOUSE", "MILL LANE", "LEEDS")),
        ("UNIT 3 THE OLD MILL", (None, "3", "OLD MILL", None, None)),
        ("GROUND FLOOR FLAT, 12 PARK ROAD", ("GF", "12", None, "PARK ROAD", None)),
        ("1ST FLOOR, 5 HIGH ST", ("1F", "5", None, "HIGH STREET", None)),
        ("BASEMENT, 5 HIGH ST", ("BF", "5", None, "HIGH STREET", None)),
        ("STUDIO 2, 8 HIGH ST", ("2", "8", None, "HIGH STREET", None)),
        ("ROOM 6, 8 HIGH ST", ("6", "8", None, "HIGH STREET", None)),
        ("FIRST AND SECOND FLOORS, 5 HIGH ST", ("1F-2F", "5", None, "HIGH STREET", None)),
        (
            "BRICK LANE MILLS, 298, THORN ROAD, LEEDS",
            (None, "298", "BRICK LANE MILLS", "THORN ROAD", "LEEDS"),
        ),
        (
            "UNIT 2F, ROSE ROAD INDUSTRIAL EST, MILL ROAD, LEEDS",
            ("2F", None, "ROSE ROAD INDUSTRIAL ESTATE", "MILL ROAD", "LEEDS"),
        ),
        (
            "UNIT C1, ROSE RETAIL PARK, MILL ROAD, LEEDS",
            ("C1", None, "ROSE RETAIL PARK", "MILL ROAD", "LEEDS"),
        ),
        ("ANNEXE AT, 8, CHURCH GARDENS, ANYTOWN", ("ANNEXE", "8", None, "CHURCH GARDENS", "ANYTOWN")),
        ("THE ANNEXE, 8 CHURCH GARDENS", ("ANNEXE", "8", None, "CHURCH GARDENS", None)),
        ("ANNEXE ROAD, LEEDS", (None, None, None, "ANNEXE ROAD", "LEEDS")),
        ("92 KINGSWAY LEEDS", (None, "92", None, "KINGSWAY", "LEEDS")),
        ("KINGSWAY HOUSE, LEEDS", (None, None, "KINGSWAY HOUSE", None, "LEEDS")),
        ("OLD FARM COTTAGE MILL ROAD LEEDS", (None, None, "OLD FARM COTTAGE", "MILL ROAD", "LEEDS")),
        ("ROSE CAFE BAR MILL LANE LEEDS", (None, None, "ROSE CAFE BAR", "MILL LANE", "LEEDS")),
        ("GREAT OLD MILL LANE LEEDS", (None, None, None, "GREAT OLD MILL LANE", "LEEDS")),
        ("11 WEST STREET WAVE BY SEA WAVE BY SEA", (None, "11", None, "WEST STREET", "WAVE BY SEA")),
        ("AREA 2, 30 MILL LANE, LEEDS", ("2", "30", None, "MILL LANE", "LEEDS")),
        ("SHOP 3 HIGH STREET", (None, "3", None, "HIGH STREET", None)),
        ("BAY ROAD, LEEDS", (None, None, None, "BAY ROAD", "LEEDS")),
        ("THORN HILL FARM, ANYTOWN", (None, None, "THORN HILL FARM", None, "ANYTOWN")),
        ("REAR OF, 35, CHAPEL STREET", ("REAR", "35", None, "CHAPEL STREET", None)),
        ("UNIT 9 AT, 365, ROSE ROAD", ("9", "365", None, "ROSE ROAD", None)),
        ("REAR OF 5 HIGH STREET", ("REAR", "5", None, "HIGH STREET", None)),
        ("ROSE COTTAGE, CHURCH LANE", (None, None, "ROSE COTTAGE", "CHURCH LANE", None)),
        ("10-12 HIGH STREET", (None, "10-12", None, "HIGH STREET", None)),
        ("12 & 14 HIGH STREET", (None, "12-14", None, "HIGH STREET", None)),
        ("10/12 HIGH STREET", (None, "10-12", None, "HIGH STREET", None)),
        ("10, HIGH STREET, CHELTENHAM", (None, "10", None, "HIGH STREET", "CHELTENHAM")),
        ("10 HIGH STREET CHELTENHAM GL50 1AA", (None, "10", None, "HIGH STREET", "CHELTENHAM")),
        ("10 HIGH STREET, CHELTENHAM, GLOS, GL50 1AA, UK", (None, "10", None, "HIGH STREET", "CHELTENHAM")),
        ("10 St Stephens Rd, St Albans", (None, "10", None, "SAINT STEPHENS ROAD", "SAINT ALBANS")),
        ("10 High St, St Johns, Anytown", (None, "10", None, "HIGH STREET", "ANYTOWN")),
        ("10 ROSE COURT, HIGH STREET, TOWN", ("10", None, "ROSE COURT", "HIGH STREET", "TOWN")),
        ("10 ROSE COURT, TOWN", (None, "10", None, "ROSE COURT", "TOWN")),
        ("10 ROSE COURT, 23 MILL COURT, TOWN", ("10", "23", "ROSE COURT", "MILL COURT", "TOWN")),
        ("FLAT B, 10 ROSE COURT, TOWN", ("B", "10", None, "ROSE COURT", "TOWN")),
        ("FLAT 10, ROSE COURT, HIGH STREET, TOWN", ("10", None, "ROSE COURT", "HIGH STREET", "TOWN")),
        ("GFF, ROSE COURT, TOWN", ("GF", None, None, "ROSE COURT", "TOWN")),
        ("SEA VIEW, CHURCH LANE, BREAM", (None, None, "SEA VIEW", "CHURCH LANE", "BREAM")),
        ("SEA VIEW HIGH STREET, LYDNEY", (None, None, "SEA VIEW", "HIGH STREET", "LYDNEY")),
        ("2 BAY VIEW, MARINE PARADE, LYDNEY", ("2", None, "BAY VIEW", "MARINE PARADE", "LYDNEY")),
        ("14 SEA VIEW, LYDNEY", (None, "14", None, "SEA VIEW", "LYDNEY")),
        ("12 HILL VIEW CLOSE, LYDNEY", (None, "12", None, "HILL VIEW CLOSE", "LYDNEY")),
        ("10 COURT ROAD LEEDS", (None, "10", None, "COURT ROAD", "LEEDS")),
        ("No. 5 The Avenue, Bath", (None, "5", None, "THE AVENUE", "BATH")),
        ("FLAT 74 HIGH STREET NEWPORT", (None, "74", None, "HIGH STREET", "NEWPORT")),
        ("ROSE CAFE 74 HIGH STREET NEWPORT", (None, "74", "ROSE CAFE", "HIGH STREET", "NEWPORT")),
        ("12 Broadway, Cheltenham", (None, "12", None, "BROADWAY", "CHELTENHAM")),
        ("123 Main Street, Las Vegas NV 89132", (None, "123", None, "MAIN STREET", "LAS VEGAS NV 89132")),
        ("13 rue de la Paix, 75002 Paris, France", (None, "13", None, "RUE DE LA PAIX", "FRANCE")),
        ("10 HIGH STREET, LARKHAM, TYNE & WEAR", (None, "10", None, "HIGH STREET", "LARKHAM")),
        ("10 High Street, Stoke-on-Trent", (None, "10", None, "HIGH STREET", "STOKE ON TRENT")),
        ("10 High Street\nCheltenham", (None, "10", None, "HIGH STREET", "CHELTENHAM")),
        ("NO FIXED ABODE", (None,) * 5),
        ("GL50 1AA", (None,) * 5),
        (", ,", (None,) * 5),
    ],
)
def test_address(written, expected):
    assert tuple(read_address(written)) == expected


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Flat 2, 10 High Street, Cheltenham", "APARTMENT 2 10 HIGH ST CHELTENHAM"),
        ("10B High Street, Cheltenham", "Flat B, 10 High Street, Cheltenham"),
        ("Ground Floor Flat, 12 Park Rd", "GFF, 12 PARK ROAD"),
        ("First Floor Flat 21 Rose Road Anytown", "Flat First Floor 21 Rose Road Anytown"),
        ("Flat 10, Rose Court, Anytown", "10 Rose Court, Anytown"),
        ("Flat 10A Rose House, Anytown", "10A Rose House, Anytown"),
        ("Apartment 4, Rose Court, 23 Mill Court, Anytown", "4 Rose Court, 23 Mill Court, Anytown"),
        ("10 St. John's Road, Anytown, Gloucestershire", "10, SAINT JOHNS RD, ANYTOWN"),
    ],
)
def test_same_property_written_twice(one, other):
    assert read_address(one) == read_address(other) != Address()


def test_street():
    assert street("ST JOHNS RD") == "SAINT JOHNS ROAD"
    assert street("high st") == "HIGH STREET"
    assert street(" ") is None
