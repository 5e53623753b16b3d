"""What a file is by its first bytes, whatever its name says."""

from __future__ import annotations

from fraudmatch.extract.grid import Fault, Refused
from fraudmatch.extract.mapping import FileForm

#: First bytes -> what they begin, in words that follow "it looks like".
_SIGNATURES = (
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"\x1f\x8b", "gzip"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"),
    (b"age-encryption.org/", "age"),
    (b"-----BEGIN AGE ENCRYPTED FILE-----", "age"),
    (b"PAR1", "parquet"),
    (b"%PDF-", "PDF"),
    (b"{\\rtf", "a word processor's file"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"\xfd7zXZ\x00", "an xz file"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard file"),
    (b"SQLite format 3\x00", "a database"),
    (b"\x89PNG\r\n", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
)
_HTML = (b"<!doctype html", b"<html", b"<head", b"<body", b"<table", b"<script")
_XML = b"<?xml"
#: A copy that broke off leaves blocks of zeros; a text in UTF-32 ends with at most three.
_PADDING = 64

_IN_WORDS = {
    "zip": "a ZIP archive",
    "workbook": "an XLSX workbook",
    "gzip": "gzip",
    "parquet": "Parquet",
    "text": "text",
}
_REMEDIES = {
    "zip": 'set compression = "zip"',
    "gzip": 'set compression = "gzip"',
    "workbook": 'set format = "xlsx"',
    "parquet": 'set format = "parquet"',
}


def kind_of(content: bytes) -> str:
    """What the content is: zip, workbook, gzip, ole, age, parquet, text, or words for anything else."""
    for start, kind in _SIGNATURES:
        if content.startswith(start):
            return "workbook" if kind == "zip" and b"[Content_Types].xml" in content else kind
    head = content[:1024].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if head.startswith(_HTML):
        return "HTML"
    if head.startswith(_XML):
        return "HTML" if b"<html" in head else "XML"
    return "text"


def refuse_padding(content: bytes) -> None:
    """A copy that broke off is refused. OLE files are padded with zeros when they are whole.

    Raises:
        Refused: NUL_PADDING.
    """
    if content[-_PADDING:] == bytes(_PADDING) and kind_of(content) != "ole":
        zeros = len(content) - len(content.rstrip(b"\0"))
        raise Refused([Fault("NUL_PADDING", detail=f"the last {zeros:,} bytes are zero")])


def hold_kind(content: bytes, form: FileForm) -> None:
    """Content that is unpacked and deciphered must be what the mapping says.

    Raises:
        Refused: CONTAINER_ENCRYPTED, XLS_LEGACY, CONTENT_TYPE_MISMATCH.
    """
    kind = kind_of(content)
    if kind in {"ole", "age"}:
        raise Refused([_sealed_or_old(content, kind)])
    wanted = {"xlsx": ("workbook", "zip"), "parquet": ("parquet",)}.get(form.format, ("text",))
    if kind not in wanted:
        raise Refused([_mismatch(kind, form)])


def is_sealed_workbook(content: bytes) -> bool:
    """Whether it is a workbook locked with a password: an OLE file that holds an encrypted package."""
    return kind_of(content) == "ole" and "EncryptedPackage".encode("utf-16-le") in content


def _sealed_or_old(content: bytes, kind: str) -> Fault:
    if kind == "age":
        return Fault("CONTAINER_ENCRYPTED", detail='it is encrypted with age; set encryption = "age"')
    if is_sealed_workbook(content):
        detail = 'the workbook is locked with a password; set encryption = "password"'
        return Fault("CONTAINER_ENCRYPTED", detail=detail)
    if any(name.encode("utf-16-le") in content for name in ("Workbook", "Book")):
        return Fault("XLS_LEGACY")
    return Fault("CONTENT_TYPE_MISMATCH", detail="it looks like a file of an old office program")


def _mismatch(kind: str, form: FileForm) -> Fault:
    remedy = _REMEDIES.get(kind)
    detail = f"declared {form.format}, but it looks like {_IN_WORDS.get(kind, kind)}"
    return Fault("CONTENT_TYPE_MISMATCH", detail=f"{detail}; {remedy}" if remedy else detail)
