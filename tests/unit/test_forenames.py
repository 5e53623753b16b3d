"""Forenames and the roots they are compared under."""

from fraudmatch.forenames import known_forenames, other_root, root, roots
from fraudmatch.normalise.names import forename


def test_short_forms_and_spellings_share_a_root():
    assert root("BILL") == root("WILLIAM") == "WILLIAM"
    assert root("MUHAMMAD") == root("MOHAMED") and root("DAFYDD") == "DAVID"
    assert root("ZEBEDIAH") == "ZEBEDIAH"


def test_every_forename_has_one_root_and_a_root_is_its_own():
    listed = roots()
    assert len(listed) > 500
    assert not set(listed) & set(listed.values())
    assert all(name == forename(name) for name in [*listed, *listed.values()])


def test_a_short_form_of_several_names_has_another_root():
    assert (root("JACKIE"), other_root("JACKIE")) == ("JOHN", "JACQUELINE")
    assert (root("NICKI"), other_root("NICKI")) == ("NICOLA", "NICHOLAS")
    assert other_root("WILLIAM") is None and other_root("ZEBEDIAH") is None


def test_other_roots_are_roots_and_not_the_first_one():
    listed = roots()
    others = {name: other for name in known_forenames() if (other := other_root(name))}
    assert len(others) > 90
    for name, other in others.items():
        assert other not in listed and other != root(name)
