import pytest

from fraudmatch.linkage.derive import DERIVATIONS


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("info@firm.example", None),
        ("Office.@firm.example", None),
        ("jane.doe@firm.example", "jane.doe@firm.example"),
        ("salesman@firm.example", "salesman@firm.example"),
    ],
)
def test_a_mailbox_many_people_read_is_nobodys(address, kept):
    assert DERIVATIONS["mailbox"](address) == kept


@pytest.mark.parametrize(
    ("name", "value", "made"),
    [
        ("outward", "GL50 1AA", "GL50"),
        ("outward", "4223", None),
        ("sector", "GL50 1AA", "GL50 1"),
        ("last_token", "SMITH JONES", "JONES"),
        ("sorted_tokens", "B A B", "A B"),
        ("first_two_tokens", "ACME", None),
        ("first_two_tokens", "ACME TYRE CO", "ACME TYRE"),
        ("presence", "12", "has"),
    ],
)
def test_derivations(name, value, made):
    assert DERIVATIONS[name](value) == made
