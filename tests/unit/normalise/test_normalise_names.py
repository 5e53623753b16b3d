"""Names of persons: what is written -> what is compared."""

import pytest

from fraudmatch.normalise.joint import split_columns, split_joint
from fraudmatch.normalise.name_order import holds_whole_name
from fraudmatch.normalise.names import (
    PersonName,
    forename,
    is_placeholder,
    middle_names,
    read_forenames,
    read_full_name,
    read_surname,
    sex,
    sex_of_title,
    surname,
    title,
)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("O'Brien", "OBRIEN"),
        ("O’Brien", "OBRIEN"),
        ("O Brien", "OBRIEN"),
        ("Mc Donald", "MCDONALD"),
        ("MAC DONALD", "MACDONALD"),
        ("Smith-Jones", "SMITH JONES"),
        ("Łukasiewicz", "LUKASIEWICZ"),
        ("Müller", "MULLER"),
        ("Rene\u0301", "RENE"),
        ("ＳＭＩＴＨ", "SMITH"),
        ("Smi\u200bth", "SMITH"),
        ("de la Mare", "DE LA MARE"),
        ("Smith (Dec'd)", "SMITH"),
        ("SMITH OBE", "SMITH"),
        ("Smith née Patel", "SMITH"),
        ("Mrs Smith", "SMITH"),
        ("Executors of the late Smith", "SMITH"),
        ("Lord", "LORD"),
        ("John Smith", "JOHN SMITH"),
        ("Null", "NULL"),
        ("None", "NONE"),
        ("Na", "NA"),
        ("N/A", None),
        ("Unknown", None),
        ("12345", None),
        ("---", None),
        ("🙂", None),
    ],
)
def test_surname(written, expected):
    assert surname(written) == expected


def test_surname_column_gives_title_and_suffix():
    assert read_surname("Dr Bloggs Jnr") == PersonName(title="DR", surname="BLOGGS", name_suffix="JR")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("John Paul", PersonName(None, "JOHN", "PAUL")),
        ("Anne-Marie", PersonName(None, "ANNE", "MARIE")),
        ("J.A.", PersonName(None, "J", "A")),
        ("Mr John", PersonName("MR", "JOHN")),
        ("Miss", PersonName("MISS")),
        ("unknown", PersonName()),
    ],
)
def test_forename_column(written, expected):
    assert read_forenames(written) == expected


def test_single_columns():
    assert forename("Mr john") == "JOHN"
    assert middle_names(" anne  marie ") == "ANNE MARIE"
    assert [title(t) for t in ("Mr.", "REVD", "Professor", "cllr")] == ["MR", "REV", "PROF", "CLLR"]
    assert [sex(t) for t in ("m", "Female", "X", "male")] == ["M", "F", None, "M"]
    assert [sex_of_title(t) for t in ("MR", "LADY", "DR")] == ["M", "F", None]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("John Smith", (None, "JOHN", None, "SMITH", None)),
        ("Mr John Andrew Smith", ("MR", "JOHN", "ANDREW", "SMITH", None)),
        ("SMITH, John A", (None, "JOHN", "A", "SMITH", None)),
        ("SMITH, Mr John", ("MR", "JOHN", None, "SMITH", None)),
        ("SMITH, MR", ("MR", None, None, "SMITH", None)),
        ("SMITH J", (None, "J", None, "SMITH", None)),
        ("CHANT A P", (None, "A", "P", "CHANT", None)),
        ("VAN DYKE J", (None, "J", None, "VAN DYKE", None)),
        ("SMITH J MR", ("MR", "J", None, "SMITH", None)),
        ("John Smith A", (None, "JOHN", "A", "SMITH", None)),
        ("Mr Smith", ("MR", None, None, "SMITH", None)),
        ("Jan van der Berg", (None, "JAN", None, "VAN DER BERG", None)),
        ("Maria de la Cruz", (None, "MARIA", None, "DE LA CRUZ", None)),
        ("Ali bin Hassan", (None, "ALI", None, "BIN HASSAN", None)),
        ("Gwen ferch Hywel", (None, "GWEN", None, "FERCH HYWEL", None)),
        ("Al Smith", (None, "AL", None, "SMITH", None)),
        ("Van Nguyen", (None, "VAN", None, "NGUYEN", None)),
        ("Michael St John", (None, "MICHAEL", None, "ST JOHN", None)),
        ("Sean O Connor", (None, "SEAN", None, "OCONNOR", None)),
        ("Lord Peter Bloggs", ("LORD", "PETER", None, "BLOGGS", None)),
        ("Dean Peter Bloggs", (None, "DEAN", "PETER", "BLOGGS", None)),
        ("Mr Dean Peter Bloggs", ("MR", "DEAN", "PETER", "BLOGGS", None)),
        ("Mr Major Bloggs Smythe", ("MR", "MAJOR", "BLOGGS", "SMYTHE", None)),
        ("Dr Canon Peter Bloggs", ("CANON", "PETER", None, "BLOGGS", None)),
        ("Earl Jones", (None, "EARL", None, "JONES", None)),
        ("John Bloggs III", (None, "JOHN", None, "BLOGGS", "III")),
        ("Exors of the late Mrs E Jones (Dec'd)", ("MRS", "E", None, "JONES", None)),
        ("c/o Mr J Bloggs", ("MR", "J", None, "BLOGGS", None)),
        ("Personal Representatives of Ann Bloggs", (None, "ANN", None, "BLOGGS", None)),
        ("Teresa", (None, "TERESA", None, None, None)),
        ("Bloggsworth", (None, None, None, "BLOGGSWORTH", None)),
        ("Anne Smith-Jones", (None, "ANNE", None, "SMITH JONES", None)),
        ("Mary-Anne Bloggs", (None, "MARY", "ANNE", "BLOGGS", None)),
        ("Ambrose Quill, 2nd Duke of Penrith", (None, "AMBROSE", None, "QUILL", None)),
        ("Ambrose Quill 2nd Baron Penrith", (None, "AMBROSE", None, "QUILL", None)),
        ("Ambrose, 3rd Earl Penrith", (None, "AMBROSE", None, "PENRITH", None)),
        ("Sir Ambrose Quill, 14th Baronet", ("SIR", "AMBROSE", None, "QUILL", None)),
        ("Sir Ambrose Quill Bt", ("SIR", "AMBROSE", None, "QUILL", None)),
        ("Louisa Quill, Countess of Penrith", (None, "LOUISA", None, "QUILL", None)),
        ("Louisa Countess Penrith", (None, "LOUISA", None, "PENRITH", None)),
        ("Quill, Louisa", (None, "LOUISA", None, "QUILL", None)),
        ("Ernest Baron", (None, "ERNEST", None, "BARON", None)),
        ("7th Bt.", (None, None, None, None, None)),
        ("The Occupier", (None, None, None, None, None)),
        ("TEST", (None, None, None, None, None)),
        ("Executors of the Occupier", (None, None, None, None, None)),
    ],
)
def test_full_name(written, expected):
    assert tuple(read_full_name(written)) == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("MR J & MRS A SMITH", ("MR J SMITH", "MRS A SMITH")),
        ("JOHN AND ANNE SMITH", ("JOHN SMITH", "ANNE SMITH")),
        ("Smith J & A", ("J Smith", "A Smith")),
        ("MR & MRS J SMITH", ("MR J SMITH", "MRS SMITH")),
        ("Mr & Mrs Smith", ("Mr Smith", "Mrs Smith")),
        ("Mr & Mrs J & A Smith", ("Mr J Smith", "Mrs A Smith")),
        ("Mr A Jones & Ms B Patel", ("Mr A Jones", "Ms B Patel")),
        ("Mr Jones & Ms B Patel", ("Mr Jones", "Ms B Patel")),
        ("J Smith and A Patel", ("J Smith", "A Patel")),
        ("J & A Smith", ("J Smith", "A Smith")),
        ("John Smith & Anne", ("John Smith", "Anne Smith")),
        ("Smith, John & Anne", ("John Smith", "Anne Smith")),
        ("Smith/Patel", ("Smith", "Patel")),
        ("SMITH J & JONES A", ("SMITH J", "JONES A")),
        ("Exors of Mr J & Mrs A Smith", ("Mr J Smith", "Mrs A Smith")),
        ("A & B & C Smith", ("A Smith", "B Smith")),  # only two parties exist
        ("John Smith", None),
        ("Anders Anderson", None),
        ("C/O John Smith", None),
        ("Kumar S/O Ram", None),
        ("& Smith", None),
    ],
)
def test_joint_names(written, expected):
    assert split_joint(written) == expected


def test_joint_columns():
    assert split_columns("Mr & Mrs", "J", "Smith") == (("Mr", "J", "Smith"), ("Mrs", None, "Smith"))
    assert split_columns(None, "John & Anne", "Smith") == ((None, "John", "Smith"), (None, "Anne", "Smith"))
    assert split_columns("Mr", "John", "Smith") is None


def test_placeholders():
    assert is_placeholder("REDACTED UNDER DP ACT")
    assert is_placeholder("the account holder")
    assert not is_placeholder("Nan")


@pytest.mark.parametrize("written", ["Oldest", "male child", "Inmate", "1st"])
def test_a_description_is_no_forename(written):
    assert read_forenames(written).forename is None


@pytest.mark.parametrize(
    ("written", "expected"), [("Baronet", None), ("Bt.", None), ("Baron", "BARON"), ("Childs", "CHILDS")]
)
def test_ranks_that_nobody_is_called_are_no_surname(written, expected):
    assert read_surname(written).surname == expected


@pytest.mark.parametrize(
    ("surname", "whole"),
    [
        ("John Alder", True),
        ("Mr Alder Brook", True),  # the title tells
        ("Mr J. Alder", True),
        ("Mr Alder", False),
        ("Alder Brook", False),
        ("Van Dyke", False),
        ("De La Mare", False),
        ("St John", False),
        ("James Thomas", False),  # either may be the forename
        ("Alder", False),
        ("", False),
        ("John de la Mare of Exampleton", False),
    ],
)
def test_a_surname_alone_that_holds_the_whole_name(surname: str, whole: bool) -> None:
    assert holds_whole_name(surname) is whole
