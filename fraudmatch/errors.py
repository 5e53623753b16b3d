"""The tree of errors, their codes and exit codes, and the catalogue of data faults.

Two kinds of trouble exist and are never mixed:

* **An error** means the run cannot go on. It is raised, says what happened, where, and
  what to do next, and maps to an exit code (operators may see the code but not the log).

      FraudmatchError            FM100   exit 1
      ├── ConfigurationError     FM110   exit 2   site, mapping, rule or model files are wrong
      │   ├── SiteError          FM111
      │   ├── MappingError       FM112
      │   ├── RuleFileError      FM113
      │   └── ModelError         FM114
      ├── RunError               FM120   exit 1   the night could not finish
      │   ├── ConservationError  FM121            a row was lost or invented
      │   ├── SchemaError        FM122            a table broke the contract of its stage
      │   └── BudgetError        FM123            the plan would compare more pairs than allowed
      └── GateError              FM130   exit 3   a gate held something back

* **A fault** lies in the data. It is a value, a row of the REJECTS table with file, source
  row, field and one of the reason codes in `REASONS`; it never stops the night and never
  carries the offending value.

This module imports nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

EXIT_DONE = 0
EXIT_RUN_FAILED = 1
EXIT_USAGE = 2
EXIT_GATE = 3
EXIT_DELIVERIES_HELD = 4
EXIT_INTERRUPTED = 130


@dataclass(frozen=True, order=True)
class Problem:
    """One thing wrong in one configuration file: where, what, and the mend."""

    file: str
    where: str
    what: str
    remedy: str = ""

    def __str__(self) -> str:
        place = f"{self.file}: {self.where}" if self.where else self.file
        return f"{place}: {self.what}" + (f" {self.remedy}" if self.remedy else "")


class FraudmatchError(Exception):
    """Base of every error a person may see; printed without a traceback.

    Args:
        message: what happened and where.
        remedy: what to do next.
        problems: the single faults behind it, all of them, in a fixed order.
    """

    code: ClassVar[str] = "FM100"
    exit_code: ClassVar[int] = EXIT_RUN_FAILED

    def __init__(self, message: str, *, remedy: str = "", problems: Iterable[Problem] = ()) -> None:
        self.message = message
        self.remedy = remedy
        self.problems = tuple(sorted(problems))
        super().__init__(message)

    def __str__(self) -> str:
        lines = [f"{self.code} {self.message}"]
        lines += [f"  {problem}" for problem in self.problems]
        if self.remedy:
            lines.append(f"  What to do: {self.remedy}")
        return "\n".join(lines)


class ConfigurationError(FraudmatchError):
    """A file a person wrote (site, mapping, rule, model) cannot be used as it stands."""

    code = "FM110"
    exit_code = EXIT_USAGE


class SiteError(ConfigurationError):
    """The site folder is missing, incomplete or contradictory."""

    code = "FM111"


class MappingError(ConfigurationError):
    """A partner's mapping file cannot be used."""

    code = "FM112"


class RuleFileError(ConfigurationError):
    """A rule, parameter or value file cannot be used."""

    code = "FM113"


class ModelError(ConfigurationError):
    """A linkage model file cannot be used."""

    code = "FM114"


class RunError(FraudmatchError):
    """The night could not finish."""

    code = "FM120"


class ConservationError(RunError):
    """Received is not loaded plus rejected, or a later stage lost or invented a row."""

    code = "FM121"


class SchemaError(RunError):
    """A table does not have the columns, types or nulls its stage promises."""

    code = "FM122"


class BudgetError(RunError):
    """The plan would compare more pairs than the budget allows."""

    code = "FM123"


class GateError(FraudmatchError):
    """A gate held something back; nothing is wrong with the program."""

    code = "FM130"
    exit_code = EXIT_GATE


@dataclass(frozen=True)
class Reason:
    """A kind of data fault: its code, what it means, what the partner can do.

    Attributes:
        fatal: whether the row (or file) is refused; otherwise the field becomes null.
    """

    code: str
    meaning: str
    remedy: str
    fatal: bool = False


def _catalogue(*reasons: Reason) -> dict[str, Reason]:
    return {reason.code: reason for reason in reasons}


#: Every reason code a REJECTS row may carry. Whole files first, then rows, then fields.
REASONS: dict[str, Reason] = _catalogue(
    # whole files (source_row null)
    Reason("FILE_EMPTY", "The file has no bytes.", "Export it again and check its size.", True),
    Reason("FILE_NO_ROWS", "The file has a header and no rows.", "Check the filter of the export.", True),
    Reason(
        "FILE_UNREADABLE",
        "The file is not what the mapping says it is.",
        "Check the format in the mapping, or export the file again.",
        True,
    ),
    Reason(
        "FILE_NO_MAPPING",
        "No mapping of this partner fits the file name.",
        "Rename the file, or add a mapping whose pattern fits it.",
        True,
    ),
    Reason(
        "ENCODING_MISMATCH",
        "The bytes are not in a declared encoding.",
        "Set the encoding in the mapping, for example cp1252, or export as UTF-8.",
        True,
    ),
    Reason(
        "DELIMITER_MISMATCH",
        "The header does not hold the declared delimiter.",
        "Set the delimiter in the mapping.",
        True,
    ),
    Reason(
        "COLUMN_MISSING",
        "A column the mapping needs is not in the file.",
        "Ask the partner to restore the column, or correct its name in the mapping.",
        True,
    ),
    Reason(
        "COLUMN_DUPLICATED",
        "Two columns that the mapping needs have the same heading.",
        "Ask the partner to name each column once.",
        True,
    ),
    Reason(
        "COLUMN_UNMAPPED",
        "A column of the file is not named in the mapping.",
        "Map it, or list it under ignore in the mapping.",
    ),
    Reason(
        "COUNT_MISMATCH",
        "The parser and the independent counter disagree on the number of records.",
        "Look for unbalanced quotes; export the file again.",
        True,
    ),
    # whole rows
    Reason(
        "ROW_TOO_FEW_FIELDS",
        "The row has fewer cells than the header.",
        "Look for a line break inside a cell.",
        True,
    ),
    Reason(
        "ROW_TOO_MANY_FIELDS",
        "The row has more cells than the header.",
        "Look for a delimiter inside an unquoted cell.",
        True,
    ),
    Reason("ROW_MALFORMED", "The row cannot be parsed.", "Look for an unbalanced quote.", True),
    Reason("KEY_MISSING", "A field that every row needs is blank.", "Fill the field at source.", True),
    Reason("NAME_MISSING", "The row names neither a person nor an organisation.", "Fill the name at source."),
    Reason(
        "UNKNOWN_PARTNER",
        "The column that tells the council holds an unknown value.",
        "Add the value to the codes of the mapping.",
        True,
    ),
    Reason("DUPLICATE_ROW", "The row repeats an earlier row to the letter.", "Export each row once.", True),
    # single fields (the row is kept, the field becomes null)
    Reason(
        "UNKNOWN_CODE", "The value is not in the code list of the mapping.", "Add the code to the mapping."
    ),
    Reason(
        "UNPARSABLE_DATE",
        "The value is not a date in a declared format.",
        "Correct the date, or add its format to the mapping.",
    ),
    Reason(
        "UNPARSABLE_AMOUNT", "The value is not an amount of money.", "Send digits with at most two decimals."
    ),
    Reason("UNPARSABLE_NUMBER", "The value is not a whole number.", "Send digits only."),
    Reason("UNPARSABLE_FLAG", "The value is not a yes or a no.", "Send Y or N, or add a code list."),
    Reason(
        "CELL_ERROR", "The spreadsheet shows an error in this cell.", "Correct the formula and save values."
    ),
    Reason("DATE_IMPLAUSIBLE", "The date cannot be right for what it says.", "Check the date at source."),
    Reason("DATE_PLACEHOLDER", "The date stands for not known.", "Leave the field blank when not known."),
    Reason(
        "NINO_INVALID",
        "The National Insurance number breaks the published format.",
        "Check the number at source.",
    ),
    Reason(
        "NINO_TEMPORARY",
        "The number is a temporary or administrative one.",
        "Send the real number when held.",
    ),
    Reason("POSTCODE_INVALID", "The postcode breaks the published format.", "Check the postcode at source."),
    Reason(
        "POSTCODE_REPAIRED",
        "A letter and a digit were swapped back in the postcode.",
        "Correct the postcode at source.",
    ),
    Reason("UPRN_INVALID", "The UPRN is not 1 to 12 digits.", "Export UPRNs as text."),
    Reason(
        "BANK_INVALID",
        "The sort code or account has the wrong number of digits.",
        "Export bank details as text; leading zeros count.",
    ),
    Reason(
        "COMPANY_NUMBER_INVALID",
        "The company number breaks the published format.",
        "Check the number at source.",
    ),
    Reason(
        "CHARITY_NUMBER_INVALID",
        "The charity number breaks the published format.",
        "Check the number at source.",
    ),
    Reason("VAT_NUMBER_INVALID", "The VAT number fails its check digits.", "Check the number at source."),
    Reason("EMAIL_INVALID", "The e-mail address has no @ or no domain.", "Check the address at source."),
    Reason(
        "PHONE_INVALID", "The phone number has too few or too many digits.", "Check the number at source."
    ),
    Reason("NAME_UNREADABLE", "The name holds no letters.", "Fill the name at source."),
    Reason("NAME_PLACEHOLDER", "The name stands for not known.", "Fill the name at source."),
    Reason(
        "NAMES_JOINED",
        "The field named two people and was read as two.",
        "Send each liable person in a column of their own.",
    ),
)
