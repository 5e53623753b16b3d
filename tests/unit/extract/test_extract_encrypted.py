"""Encrypted deliveries. Keys and passwords are made here and open nothing else."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from fraudmatch.errors import MappingError, SiteError
from fraudmatch.extract import Extracted, extract, load_mapping
from fraudmatch.extract.encrypted import Keys, keys_from
from fraudmatch.site import load_site

CONTENT = b"Ref,Surname\n1,Testa\n2,Testb\n"
FIELDS = '[fields]\nsource_ref = "Ref"\nsurname = "Surname"\n'
AGE = 'dataset = "council_tax"\n[file]\npattern = "tax*"\nformat = "delimited"\nencryption = "age"\n' + FIELDS
BOOK = (
    'dataset = "council_tax"\n[file]\npattern = "tax*"\nformat = "xlsx"\nencryption = "password"\n' + FIELDS
)
Night = Callable[..., Extracted]


@pytest.fixture
def night(tmp_path: Path) -> Night:
    """Extract a site with one file, and a sound one of another partner."""

    def read(content: bytes, mapping: str = AGE) -> Extracted:
        for partner, text, file in (
            ("avon", mapping, content),
            ("brent", AGE.replace('"age"', '"none"'), CONTENT),
        ):
            for folder in ("partners", "deliveries"):
                (tmp_path / "site" / folder / partner).mkdir(parents=True, exist_ok=True)
            (tmp_path / "site/partners" / partner / "tax.toml").write_text(text)
            (tmp_path / "site/deliveries" / partner / "tax.bin").write_bytes(file)
        partners = "".join(f'[[partner]]\nid = "{name}"\nname = "{name}"\n' for name in ("avon", "brent"))
        (tmp_path / "site/site.toml").write_text(f'name = "T"\n{partners}')
        return extract(load_site(tmp_path / "site"))

    return read


def outcome(found: Extracted) -> tuple[str, int, list[tuple[str, str | None]]]:
    """State, rows loaded and faults of the file of avon; that of brent must have loaded."""
    rows = {row["partner"]: row for row in found.deliveries.to_pylist()}
    assert rows["brent"]["loaded"] == 2
    faults = [(row["reason"], row["detail"]) for row in found.rejects.to_pylist()]
    return rows["avon"]["state"], rows["avon"]["loaded"], faults


def age_pair() -> tuple[str, Any]:
    identity = pytest.importorskip("pyrage").x25519.Identity.generate()
    return str(identity), identity.to_public()


def sealed(receiver: Any, content: bytes = CONTENT, **how: Any) -> bytes:
    return bytes(pytest.importorskip("pyrage").encrypt(content, [receiver], **how))


def locked_book(password: str) -> bytes:
    """A workbook locked with a password."""
    ooxml = pytest.importorskip("msoffcrypto.format.ooxml")
    plain, locked = io.BytesIO(), io.BytesIO()
    book = xlsxwriter.Workbook(plain)
    page = book.add_worksheet()
    for number, line in enumerate([["Ref", "Surname"], ["1", "Testa"], ["2", "Testb"]]):
        page.write_row(number, 0, line)
    book.close()
    plain.seek(0)
    ooxml.OOXMLFile(plain).encrypt(password, locked)
    return locked.getvalue()


@pytest.mark.parametrize("how", [{}, {"armored": True}])
def test_an_age_file_is_opened_by_a_key_of_the_environment(
    night: Night, monkeypatch: pytest.MonkeyPatch, how: dict[str, Any]
) -> None:
    key, receiver = age_pair()
    monkeypatch.setenv("FRAUDMATCH_AGE_KEY", f"# the key of the partnership\n{age_pair()[0]}\n{key}\n")
    assert outcome(night(sealed(receiver, **how))) == ("loaded", 2, [])


def test_a_key_may_lie_in_a_file_outside_the_site(
    night: Night, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    key, receiver = age_pair()
    (tmp_path / "key.txt").write_text(f"# made today\n{key}\n")
    monkeypatch.setenv("FRAUDMATCH_AGE_KEY_FILE", str(tmp_path / "key.txt"))
    assert outcome(night(sealed(receiver))) == ("loaded", 2, [])


def test_another_key_does_not_open_it(night: Night, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FRAUDMATCH_AGE_KEY", age_pair()[0])
    fault = ("CONTAINER_ENCRYPTED", "no key that was given opens it, or it is damaged")
    assert outcome(night(sealed(age_pair()[1]))) == ("refused", 0, [fault])


def test_a_bomb_inside_is_a_bomb(night: Night, monkeypatch: pytest.MonkeyPatch) -> None:
    import gzip

    key, receiver = age_pair()
    monkeypatch.setenv("FRAUDMATCH_AGE_KEY", key)
    mapping = AGE.replace("encryption", 'compression = "gzip"\nencryption')
    assert outcome(night(sealed(receiver, gzip.compress(CONTENT)), mapping)) == ("loaded", 2, [])
    _, _, ((reason, _),) = outcome(night(sealed(receiver, gzip.compress(bytes(1 << 26) + b"x")), mapping))
    assert reason == "CONTAINER_TOO_LARGE"


def test_a_locked_workbook_is_opened_by_one_of_the_passwords(
    night: Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FRAUDMATCH_WORKBOOK_PASSWORD", "wrong\nopen, please \nwrong")
    assert outcome(night(locked_book("open, please "), BOOK)) == ("loaded", 2, [])
    monkeypatch.setenv("FRAUDMATCH_WORKBOOK_PASSWORD", "wrong")
    fault = ("CONTAINER_ENCRYPTED", "no password that was given opens it")
    assert outcome(night(locked_book("right"), BOOK)) == ("refused", 0, [fault])


def test_no_key_is_said(night: Night) -> None:
    pytest.importorskip("pyrage")
    state, _, ((reason, detail),) = outcome(night(b"age-encryption.org/v1\n"))
    assert (state, reason) == ("refused", "CONTAINER_ENCRYPTED")
    assert detail is not None and "FRAUDMATCH_AGE_KEY_FILE" in detail


@pytest.mark.parametrize(
    ("name", "sealed_content", "encryption"),
    [
        ("pyrage", b"age-encryption.org/v1\n", "age"),
        (
            "msoffcrypto",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
            "password",
        ),
    ],
)
def test_a_missing_extra_is_named(
    monkeypatch: pytest.MonkeyPatch, name: str, sealed_content: bytes, encryption: str
) -> None:
    from fraudmatch.extract.encrypted import decrypt
    from fraudmatch.extract.grid import Refused

    monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(Refused) as refused:
        decrypt(sealed_content, encryption, Keys(("k",), ("p",)), limit=1 << 20)
    (fault,) = refused.value.faults
    assert fault.detail == "what opens it is not installed: pip install 'fraudmatch[encrypted]'"


@pytest.mark.parametrize("mapping", [AGE, BOOK])
def test_what_should_be_encrypted_and_is_not_is_refused(night: Night, mapping: str) -> None:
    state, _, ((reason, detail),) = outcome(night(CONTENT, mapping))
    assert (state, reason) == ("refused", "CONTENT_TYPE_MISMATCH")
    assert detail is not None and "in the clear" in detail


def test_a_key_inside_the_site_is_refused(
    night: Night, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "site/keys").mkdir(parents=True)
    (tmp_path / "site/keys/key.txt").write_text("AGE-SECRET-KEY-1")
    (tmp_path / "link.txt").symlink_to(tmp_path / "site/keys/key.txt")
    for place in ("site/keys/key.txt", "site/../site/keys/key.txt", "link.txt"):
        monkeypatch.setenv("FRAUDMATCH_AGE_KEY_FILE", str(tmp_path / place))
        with pytest.raises(SiteError, match="inside the site folder"):
            night(b"age-encryption.org/v1\n")


def test_a_key_file_that_is_not_there(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with pytest.raises(SiteError, match="FRAUDMATCH_AGE_KEY_FILE names a file that cannot be read"):
        keys_from({"FRAUDMATCH_AGE_KEY_FILE": str(tmp_path / "none")}, site=tmp_path / "site")


def test_keys_are_not_looked_for_where_nothing_is_encrypted(
    night: Night, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("FRAUDMATCH_AGE_KEY_FILE", str(tmp_path / "none"))
    assert outcome(night(CONTENT, AGE.replace('"age"', '"none"'))) == ("loaded", 2, [])


def test_keys_are_never_shown() -> None:
    assert "SECRET" not in repr(Keys(("SECRET",), ("SECRET",)))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('encryption = "age"', 'encryption = "password"', "is for xlsx"),
        ('encryption = "age"', 'member = "x"', 'needs compression = "zip"'),
        ('encryption = "age"', 'encryption = "pgp"', "encryption"),
        ('encryption = "age"', 'key = "AGE-SECRET-KEY-1"', "unknown key"),
    ],
)
def test_what_a_mapping_may_say_of_containers(tmp_path: Path, old: str, new: str, said: str) -> None:
    (tmp_path / "tax.toml").write_text(AGE.replace(old, new))
    with pytest.raises(MappingError, match=said):
        load_mapping(tmp_path / "tax.toml")
