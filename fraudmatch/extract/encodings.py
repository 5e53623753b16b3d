"""From bytes in a declared encoding to text in UTF-8; what does not fit is named, never guessed over.

A byte order mark declares an encoding by itself. Else the first declared encoding that reads the whole
file is taken. Where one reads all but a few records, those records are marked: a byte that is no text
comes out as the UTF-8 form of a lone surrogate (ED A0 80 to ED BF BF), which no text can hold, and
`cuts.py` sets its record aside.
"""

from __future__ import annotations

import re

from fraudmatch.extract.counter import count_records
from fraudmatch.extract.grid import Fault, Refused
from fraudmatch.extract.mapping import FileForm

#: What marks a byte that is no text in the declared encoding.
MARK = re.compile(rb"\xed[\xa0-\xbf][\x80-\xbf]")

#: Byte order marks, the longer ones first, with the encoding each declares.
_BOMS = (
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
#: What an undeclared file of single bytes is held against: how people call it, and what a mapping says.
_KNOWN = {"cp1252": "Windows-1252", "cp850": "the DOS code page 850", "mac_roman": "Mac Roman"}
#: Bytes that text in EBCDIC consists of: blank, letters, digits, line ends, common signs.
_EBCDIC = bytes([0x05, 0x0D, 0x15, 0x25, 0x40, 0x4B, 0x4D, 0x5D, 0x60, 0x61, 0x6B, 0x6D, 0x7A, 0x7D, 0x7F,
                 *range(0x81, 0x8A), *range(0x91, 0x9A), *range(0xA2, 0xAA), *range(0xC1, 0xCA),
                 *range(0xD1, 0xDA), *range(0xE2, 0xEA), *range(0xF0, 0xFA)])  # fmt: skip
_ASCII = bytes(range(0x80))
_LOOKED_AT = 1 << 16
#: So many letters must speak for another encoding before a file that can be read is refused.
_DECISIVE = 3


def to_utf8(content: bytes, form: FileForm) -> bytes:
    """The text in UTF-8 without a byte order mark; see the module for marks.

    Raises:
        Refused: ENCODING_MISMATCH, ENCODING_UNDECLARED or MOJIBAKE_SUSPECTED (held), with the record, the
            byte and the encoding it looks like.
    """
    for mark, name in _BOMS:
        if content.startswith(mark):
            return _decoded(content, name, form)
    _refuse_undeclared(content, form.encoding)
    for name in form.encoding:
        try:
            text = content.decode(name)
        except UnicodeError:
            continue
        if _of_single_bytes(name):
            _refuse_misread(content, name)
        return content if _is_utf8(name) else text.removeprefix("\ufeff").encode()
    return _all_but_some(content, form)


def bytes_marked(record: bytes) -> str:
    """The bytes that were marked in a record, in words: "byte 0xE9", at most three."""
    found = []
    for mark in MARK.findall(record)[:3]:
        code = ord(mark.decode("utf-8", "surrogatepass"))
        found.append(
            f"byte 0x{code - 0xDC00:02X}" if 0xDC80 <= code <= 0xDCFF else f"half a character, U+{code:04X}"
        )
    return ", ".join(dict.fromkeys(found))


def _decoded(content: bytes, name: str, form: FileForm) -> bytes:
    """By an encoding of several bytes a character; halves of characters are marked."""
    try:
        if _is_utf8(name):
            return (
                _marked_utf8(content, form) if not _fits(content, name) else content.removeprefix(_BOMS[2][0])
            )
        return content.decode(name, "surrogatepass").removeprefix("\ufeff").encode("utf-8", "surrogatepass")
    except UnicodeError:
        detail = f"{name.removesuffix('-sig')} fails: the file seems to be cut within a character"
        raise Refused([Fault("ENCODING_MISMATCH", detail=detail)]) from None


def _marked_utf8(content: bytes, form: FileForm) -> bytes:
    body = content.removeprefix(_BOMS[2][0])
    marked = _marked(body, "utf-8")
    if marked is None:
        raise _mismatch(body, form)
    return marked


def _refuse_undeclared(content: bytes, declared: tuple[str, ...]) -> None:
    """Encodings that read as nonsense without an error: UTF-16 without its mark, EBCDIC."""
    head = content[:_LOOKED_AT]
    wide = any(
        name.lower().startswith(("utf-16", "utf_16", "utf16", "utf-32", "utf_32")) for name in declared
    )
    even, odd = head[::2].count(0), head[1::2].count(0)
    half = len(head) // 2
    if not wide and half > 1 and max(even, odd) > 0.6 * half and min(even, odd) < 0.1 * half:
        name = "utf-16-le" if odd > even else "utf-16-be"
        raise Refused([_undeclared(f"every second byte is zero; looks like {name}", name)])
    high = len(head.translate(None, _ASCII))
    ebcdic = any(name.lower().startswith(("cp037", "cp500", "cp1140", "ibm")) for name in declared)
    foreign = b"\n" not in head and b" " not in head  # EBCDIC has other codes for both
    if (
        not ebcdic
        and foreign
        and high > 0.5 * len(head)
        and len(head.translate(None, _EBCDIC)) < 0.1 * len(head)
    ):
        raise Refused([_undeclared("looks like EBCDIC, as mainframes write it", "cp037")])


def _undeclared(detail: str, name: str) -> Fault:
    return Fault("ENCODING_UNDECLARED", detail=f'{detail}: set encoding = "{name}"')


def _all_but_some(content: bytes, form: FileForm) -> bytes:
    """By the declared encoding that reads nearly every record; the others are marked."""
    for name in form.encoding:
        if _is_utf8(name):
            marked = _marked(content, name)
        elif _of_single_bytes(name):
            _refuse_misread(content, name)
            marked = _with_marks(content, name)
        else:
            marked = None
        if marked is not None:
            return marked
    raise _mismatch(content, form)


def _marked(content: bytes, name: str) -> bytes | None:
    """UTF-8 in which letters beyond ASCII are mostly sound, the others marked; null when they are not."""
    try:
        content.decode(name, "surrogatepass")
        return content  # halves of characters, and nothing else, are wrong: they are marks as they stand
    except UnicodeError:
        text = content.decode("utf-8", "surrogateescape")
    beyond = len(re.findall(r"[^\x00-\x7f]", text))
    wrong = len(re.findall(r"[\udc80-\udcff]", text))
    return text.encode("utf-8", "surrogatepass") if beyond - wrong >= wrong else None


def _with_marks(content: bytes, name: str) -> bytes:
    return content.decode(name, "surrogateescape").encode("utf-8", "surrogatepass")


def _refuse_misread(content: bytes, name: str) -> None:
    """Bytes that a code page reads without an error, and that are something else.

    Raises:
        Refused: MOJIBAKE_SUSPECTED for UTF-8 (held), ENCODING_UNDECLARED for another code page.
    """
    high = len(content.translate(None, _ASCII))
    if not high:
        return
    pairs = len(re.findall(rb"[\xc2-\xdf][\x80-\xbf]|[\xe1-\xef][\x80-\xbf]{2}", content))
    if 4 * pairs > high:
        places = "one place" if pairs == 1 else f"{pairs:,} places"
        detail = f'{places} read as UTF-8, and {name} is declared: set encoding = "utf-8"'
        raise Refused([Fault("MOJIBAKE_SUSPECTED", detail=detail)])
    votes = _votes(content)
    best = max(votes, key=lambda each: votes[each])
    own = votes.get(_codec(name), votes["cp1252"])
    if best not in {_codec(name), "cp1252"} and votes[best] >= _DECISIVE and votes[best] > 4 * own:
        raise Refused([_undeclared(f"{name} is declared, but it looks like {_KNOWN[best]}", best)])


def _votes(content: bytes) -> dict[str, int]:
    """How many bytes beyond ASCII make sense by each code page: a letter after one of its case, £ before a digit,
    and behind a word the blank that does not break, which exports of web pages and documents are full of.
    """
    found = re.findall(rb"([A-Za-z])([\x80-\xff])|([\x80-\xff])(?=\d)", content[: 1 << 22])
    votes = dict.fromkeys(_KNOWN, 0)
    for before, letter, sign in found:
        for name in votes:
            read = (letter or sign).decode(name, "replace")
            cased = read.isalpha() and (read.islower() or before.isupper())
            fits = cased or read == "\u00a0" if letter else read == "£"
            votes[name] += fits
    return votes


def _mismatch(content: bytes, form: FileForm) -> Refused:
    """No declared encoding reads the file: where each fails, and what it looks like."""
    failures = [failure for name in form.encoding if (failure := _failure(content, name, form))]
    votes = _votes(content)
    best = max(votes, key=lambda each: votes[each])
    if votes[best] and best != "cp1252":
        detail = f"{'; '.join(failures)}; looks like {_KNOWN[best]}"
        return Refused([_undeclared(detail, best)])
    looks = 'looks like Windows-1252: set encoding = "cp1252"' if _fits(content, "cp1252") else ""
    return Refused([Fault("ENCODING_MISMATCH", detail="; ".join([*failures, *([looks] if looks else [])]))])


def _failure(content: bytes, name: str, form: FileForm) -> str | None:
    try:
        content.decode(name)
    except UnicodeDecodeError as error:
        quote = form.quote if form.format == "delimited" else ""
        before = count_records(
            content[: error.start + 1], delimiter=form.delimiter, quote=quote, skip_rows=form.skip_rows
        )
        place = f"record {before.lines + before.records:,}, byte 0x{content[error.start]:02X}"
        return f"{name} fails in {place} (offset {error.start:,})"
    except UnicodeError:  # a codec that does not say where
        return f"{name} fails"
    return None


def _fits(content: bytes, name: str) -> bool:
    try:
        content.decode(name)
    except UnicodeError:
        return False
    return True


def _codec(name: str) -> str:
    return name.lower().replace("-", "_").replace("windows_", "cp")


def _is_utf8(name: str) -> bool:
    return _codec(name) in {"utf_8", "utf8", "utf_8_sig"}


def _of_single_bytes(name: str) -> bool:
    """Whether every byte is a character by an encoding that keeps ASCII."""
    try:
        return len(_ASCII.decode(name)) == 128 and len(b"\xc3\xa9".decode(name, "replace")) == 2
    except UnicodeError:
        return False
