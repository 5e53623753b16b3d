"""The catalogue of data faults: each kind's code, what is done about it, what it means, what to do.

A fault lies in what a partner sent. It is a value, a row of REJECTS with file, source row, field and
one of these codes; it never stops the night and never carries the offending value.

What is done is one of seven things (`Disposition`), and a reader of a report may rely on them:

=========== ==================================================================================
repair      the value was changed by a rule that is named; what was written stays beside it
flag        the row is loaded; the value is not used as evidence
skip        a line that is no record: header, preamble, blank, trailer
quarantine  the row goes back to the partner that sent it; the rest of the file is loaded
hold        the file waits for a person; the extract accepted last stands, with its date
reject      the file is refused; the extract accepted last stands, with its date
defer       the file is left for the next try tonight
=========== ==================================================================================

A code names what is usually done. Where a fault stands in a place that cannot be blank, or too often, more
is done, and the row of REJECTS says so in its `disposition`.

This module imports nothing of the package.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from itertools import chain


class Disposition(StrEnum):
    """What is done about a fault; see the module."""

    REPAIR = "repair"
    FLAG = "flag"
    SKIP = "skip"
    QUARANTINE = "quarantine"
    HOLD = "hold"
    REJECT = "reject"
    DEFER = "defer"


#: Nothing of the row (or of the file) is loaded tonight.
FATAL = frozenset({Disposition.QUARANTINE, Disposition.HOLD, Disposition.REJECT, Disposition.DEFER})


@dataclass(frozen=True)
class Reason:
    """A kind of data fault: its code, what is done, what it means, what the partner can do."""

    code: str
    disposition: Disposition
    meaning: str
    remedy: str

    @property
    def fatal(self) -> bool:
        """Whether nothing of the row, or of the file, is loaded tonight."""
        return self.disposition in FATAL


def _all(disposition: Disposition, *reasons: tuple[str, str, str]) -> list[Reason]:
    return [Reason(code, disposition, meaning, remedy) for code, meaning, remedy in reasons]


_DEFERRED = _all(
    Disposition.DEFER,
    ("FILE_NOT_SETTLED", "The file is still being copied.", "Nothing; it is tried again until the cut-off."),
    ("FILE_LOCKED", "Another program has the file open.", "Close the file; it is tried again."),
)

_REJECTED = _all(
    Disposition.REJECT,
    ("FILE_EMPTY", "The file has no bytes.", "Export it again and check its size."),
    (
        "FILE_UNREADABLE",
        "The file is not what the mapping says it is.",
        "Check the format in the mapping, or export the file again.",
    ),
    (
        "FILE_NO_MAPPING",
        "No mapping of this partner fits the file name.",
        "Rename the file, or add a mapping whose pattern fits it.",
    ),
    (
        "FILE_DIGEST_MISMATCH",
        "The file is not the one its sender describes: size or SHA-256 differ.",
        "Copy the file again; if it differs again, ask the sender which one is meant.",
    ),
    (
        "FILE_TOO_LARGE",
        "The file is larger than the reader takes.",
        "Send it in parts, or raise the limit in site.toml.",
    ),
    ("WRONG_DATASET", "The columns are those of another data set.", "Put the file where it belongs."),
    (
        "CONTENT_TYPE_MISMATCH",
        "The content is of another kind than the mapping says.",
        "Export the file in the format the mapping names.",
    ),
    ("NUL_PADDING", "The end of the file is filled with zeros: a copy that broke off.", "Copy it again."),
    ("CONTAINER_TRUNCATED", "The compressed file is cut short.", "Copy the file again."),
    ("CONTAINER_CORRUPT", "The compressed file is damaged.", "Compress and copy the file again."),
    (
        "CONTAINER_ENCRYPTED",
        "The file is encrypted, and no key for it was given.",
        "Give the key in the environment of the run (docs/intake.md), or send it without.",
    ),
    (
        "CONTAINER_TOO_LARGE",
        "The file grows beyond what the reader takes when it is unpacked.",
        "Send it uncompressed, or in parts.",
    ),
    ("ZIP_UNSAFE_PATH", "The archive names a place outside its folder.", "Send the file alone."),
    ("XLS_LEGACY", "This is the old workbook format, which ends at 65,536 rows.", "Send CSV or XLSX."),
    ("XML_DTD_FORBIDDEN", "The workbook holds XML declarations that no workbook needs.", "Save it anew."),
    ("MACROS_FORBIDDEN", "The workbook holds macros.", "Save it as XLSX without macros."),
    (
        "EXTERNAL_LINKS_FORBIDDEN",
        "The workbook takes values from other files.",
        "Break its links (Data, Edit Links) and save it.",
    ),
    (
        "WORKBOOK_TOO_LARGE",
        "The workbook has more cells, columns, rows or texts than the reader takes.",
        "Send the sheet as CSV.",
    ),
    (
        "ENCODING_MISMATCH",
        "The bytes are not in a declared encoding.",
        "Set the encoding in the mapping, for example cp1252, or export as UTF-8.",
    ),
    (
        "ENCODING_UNDECLARED",
        "The bytes are in an encoding that the mapping does not declare.",
        "Declare the encoding in the mapping, or export as UTF-8.",
    ),
    (
        "DELIMITER_MISMATCH",
        "The header does not hold the declared delimiter.",
        "Set the delimiter in the mapping.",
    ),
    (
        "HEADER_NOT_FOUND",
        "There are no headings where the mapping expects them.",
        "Set skip_rows or header in the mapping, or export with headings.",
    ),
    (
        "COLUMN_MISSING",
        "A column the mapping needs is not in the file.",
        "Ask the partner to restore the column, or correct its name in the mapping.",
    ),
    (
        "COLUMN_DUPLICATE",
        "Two columns that the mapping needs have the same heading.",
        "Ask the partner to name each column once.",
    ),
    (
        "COLUMN_NOT_AGREED",
        "A column holds what the sharing agreement forbids.",
        "Export the file without the column; this delivery is not kept.",
    ),
    (
        "SHARING_NOT_AGREED",
        "There is no sharing record for this data set of this partner.",
        "Enter purpose, gateway, fields and dates in partners/<partner>/sharing.toml.",
    ),
    (
        "SHARING_ENDED",
        "The agreement to share this data set has ended, or has not begun.",
        "Renew the sharing record, or stop sending the file.",
    ),
    (
        "DELIVERY_REFUSED",
        "A person looked at this delivery and refused it, or withdrew it later.",
        "Send the extract anew.",
    ),
    ("TOO_MANY_COLUMNS", "The file has more columns than the reader takes.", "Export the columns agreed."),
    (
        "PARSER_CRASHED",
        "Reading this file broke the program that reads it.",
        "Report this with the mapping and the shape of the file; no other file was touched.",
    ),
    (
        "PARSER_LIMIT",
        "Reading this file took more memory or time than allowed.",
        "Send it in parts, or raise the limits in site.toml.",
    ),
)

_HELD = _all(
    Disposition.HOLD,
    ("FILE_NO_ROWS", "The file has a header and no rows.", "Check the filter of the export."),
    (
        "COUNT_MISMATCH",
        "The parser and the independent counter disagree on the number of records.",
        "Look for unbalanced quotes; export the file again.",
    ),
    (
        "STALE_CONTENT",
        "The file holds the very records of the delivery before.",
        "Check that the export was made anew.",
    ),
    (
        "WRONG_PARTNER_SUSPECTED",
        "The records look like another partner's.",
        "Isolate the file, and tell the data protection officer: it may be a breach.",
    ),
    ("EXTRACT_OLDER", "The extract is older than the one in use.", "Send the newest extract."),
    ("EXTRACT_OVERDUE", "The extract is older than its due date allows.", "Send the newest extract."),
    ("VOLUME_LOW", "There are far fewer rows than in the extract in use.", "Check the filter of the export."),
    ("VOLUME_HIGH", "There are far more rows than in the extract in use.", "Check the filter of the export."),
    (
        "POSSIBLE_EXCEL_TRUNCATION",
        "The number of rows is exactly where a spreadsheet stops.",
        "Export without a spreadsheet in between.",
    ),
    ("TEST_DATA_SUSPECTED", "The file holds test records.", "Export from the live system."),
    (
        "AMBIGUOUS_DELIVERY",
        "Two files fit one mapping tonight.",
        "Leave the one that counts, or number the parts.",
    ),
    ("PART_MISSING", "A part of a delivery in parts is missing.", "Send the missing part."),
    ("ZIP_MULTIPLE_MEMBERS", "The archive holds several files.", "Send one file, or name it in the mapping."),
    ("SHEET_AMBIGUOUS", "Several sheets hold rows.", "Name the sheet in the mapping."),
    (
        "TABLE_SPLIT",
        "A blank row or column cuts the table in two.",
        'Remove the gap, send CSV, or set gaps = "skip" in the mapping.',
    ),
    (
        "MOJIBAKE_SUSPECTED",
        "Many cells read as UTF-8 that was taken for another encoding.",
        "Declare utf-8 in the mapping, or export again.",
    ),
    (
        "QUARANTINE_HIGH",
        "Too many rows of the file had to be set aside.",
        "Look at the reasons of the rows, and send the file again.",
    ),
    (
        "COLUMN_CONTENT_CHANGED",
        "A column holds other things than in the extract in use.",
        "Check that columns were not swapped.",
    ),
    ("FILL_RATE_COLLAPSED", "A column that was filled is mostly blank.", "Check the export of the column."),
    (
        "FIELD_TRUNCATION_SUSPECTED",
        "Many values of a column end at exactly the same length.",
        "Widen the column of the export.",
    ),
    (
        "CONTROL_COUNT_MISMATCH",
        "The trailer gives another number of rows, or is missing.",
        "Ask for the file again.",
    ),
    ("CONTROL_SUM_MISMATCH", "The trailer gives another total.", "Ask for the file again."),
    (
        "KEY_FORMAT_CHANGED",
        "The references are written otherwise than in the extract in use.",
        "Restore the form of the references: decisions hang on them.",
    ),
    ("DATE_ORDER_SUSPECTED", "Most dates are impossible in the declared order.", "Declare the right format."),
    (
        "UNIT_CHANGED",
        "The amounts are a hundred times those before, or a hundredth.",
        "Check pounds and pence.",
    ),
)

_QUARANTINED = _all(
    Disposition.QUARANTINE,
    (
        "ROW_TOO_FEW_FIELDS",
        "The row has fewer cells than the header.",
        "Look for a line break inside a cell.",
    ),
    (
        "ROW_TOO_MANY_FIELDS",
        "The row has more cells than the header.",
        "Look for a delimiter inside an unquoted cell.",
    ),
    ("ROW_SPLIT_SUSPECTED", "The row looks like half of one.", "Quote cells that hold a line break."),
    ("ROW_MALFORMED", "The row cannot be parsed.", "Look for an unbalanced quote."),
    ("UNCLOSED_QUOTE", "A quote is opened and never closed.", "Close it, or double quotes inside cells."),
    ("ESCAPE_UNDECLARED", "The row escapes quotes with a backslash.", "Double quotes inside cells."),
    ("LAST_ROW_INCOMPLETE", "The last row breaks off.", "Copy the file again."),
    ("RECORD_LENGTH", "The line is shorter or longer than the layout.", "Check the layout of the export."),
    (
        "RECORD_TYPE_UNKNOWN",
        "The row is of a type the mapping does not name.",
        "Name the type in the mapping.",
    ),
    ("RECORD_TOO_LONG", "The record is longer than any extract needs.", "Look for an unbalanced quote."),
    ("FIELD_TOO_LONG", "A cell is longer than any extract needs.", "Shorten the cell at source."),
    ("CONTROL_CHARS", "The row holds control characters.", "Remove them at source."),
    (
        "BAD_BYTES",
        "The row holds bytes that are no text in the declared encoding.",
        "Export in one encoding.",
    ),
    ("FORMULA_NO_VALUE", "The cell holds a formula that was never calculated.", "Save values, not formulas."),
    ("MERGED_CELLS", "The cell is merged with others.", "Unmerge the cells and fill each."),
    ("KEY_MISSING", "A field that every row needs is blank.", "Fill the field at source."),
    (
        "UNKNOWN_PARTNER",
        "The column that tells the council holds an unknown value.",
        "Add the value to the codes of the mapping.",
    ),
    ("DUPLICATE_ROW", "The row repeats an earlier row to the letter.", "Export each row once."),
    (
        "DUPLICATE_KEY_CONFLICT",
        "Rows of one reference differ.",
        "Send one row for each reference, or allow several in the mapping.",
    ),
    (
        "CORRECTION_UNMATCHED",
        "The row does not stand for one that was set aside from the delivery in use.",
        "Correct the newest file that was sent back, and leave the columns that begin with fraudmatch as they are.",
    ),
    ("CORRECTION_REPEATED", "The row was corrected already, in another file.", "Send each row back once."),
    ("AMOUNT_BAD_CURRENCY", "The amount has a letter where its pound sign was.", "Send digits alone."),
    ("AMOUNT_AMBIGUOUS", "The amount can be read in two ways.", "Send digits with a point before the pence."),
    (
        "AMOUNT_SIGN_UNCLEAR",
        "Nothing declares what the mark at the amount means (brackets, a minus behind, CR, DR).",
        "Declare it in the mapping: negative_marks, positive_marks.",
    ),
)

_FLAGGED = _all(
    Disposition.FLAG,
    (
        "COLUMN_UNEXPECTED",
        "A column of the file is not named in the mapping.",
        "Map it, or list it under ignore.",
    ),
    ("COLUMN_ABSENT", "A column that may be absent is absent.", "Send it if it is held: rules look at it."),
    (
        "FIELD_NOT_AGREED",
        "The field is not in the sharing record; it was left at the door.",
        "Stop sending it.",
    ),
    (
        "SHARING_REVIEW_DUE",
        "The sharing record of this data set was to be reviewed, and its date has passed.",
        "Review it with the partner and enter the next date in its sharing.toml.",
    ),
    (
        "RECORDS_SEEN_ONCE",
        "Many records came once and were gone the next time.",
        "Ask what they were: nobody may send records to learn what others hold.",
    ),
    ("EXTRACT_STALE", "The extract is more than a month old.", "Send a newer extract."),
    (
        "FORMULA_VALUE_USED",
        "The cell holds a formula; its last value was read.",
        "Save values, not formulas.",
    ),
    ("CELL_ERROR", "The spreadsheet shows an error in this cell.", "Correct the formula and save values."),
    (
        "SHEET_HIDDEN",
        "A hidden sheet holds rows that were not loaded.",
        "Remove it, or name it in the mapping.",
    ),
    ("HIDDEN_ROWS_INCLUDED", "Hidden rows of the sheet were loaded.", "Remove rows that are not meant."),
    ("DATE_SYSTEM_1904", "The workbook counts days from 1904; its dates were read so.", "Nothing."),
    ("STRAY_QUOTE", "A quote stands inside a cell.", "Double quotes inside cells."),
    ("NO_FINAL_NEWLINE", "The last line has no end.", "Check that the copy is complete."),
    ("LOST_CHARS", "Letters were lost before the file came here.", "Export as UTF-8."),
    ("NAME_MISSING", "The row names neither a person nor an organisation.", "Fill the name at source."),
    (
        "NUMBER_INVALID",
        "The value is not a number as people write them.",
        "Send digits alone; declare words for 0 and units in the mapping (zero_values, units).",
    ),
    ("CODE_UNKNOWN", "The value is not in the code list of the mapping.", "Add the code to the mapping."),
    (
        "DATE_INVALID",
        "The value is not a date in a declared format.",
        "Correct the date, or add its format to the mapping.",
    ),
    ("DATE_IMPLAUSIBLE", "The date cannot be right for what it says.", "Check the date at source."),
    (
        "DATE_AMBIGUOUS",
        "Day and month stand in both orders in one column; this date could be either.",
        "Send one order.",
    ),
    (
        "DATE_PARTIAL",
        "The date has no day, or neither day nor month; it is not used.",
        "Send the whole date when held.",
    ),
    ("DATE_PLACEHOLDER", "The date stands for not known.", "Leave the field blank when not known."),
    (
        "DATE_SEQUENCE",
        "The end is before the beginning, so that it covers no day.",
        "Check both dates at source.",
    ),
    ("DOB_PLACEHOLDER", "The date of birth stands for not known.", "Leave the field blank when not known."),
    (
        "DOB_OVERUSED",
        "The date of birth stands under far more names than other days of its year.",
        "Leave the field blank when not known.",
    ),
    ("DOB_FUTURE", "The date of birth is in the future.", "Check the date at source."),
    (
        "AGE_IMPLAUSIBLE",
        "Few people reach 105, and beyond 120 the date of birth is not used.",
        "Check the date of birth at source.",
    ),
    ("AGE_UNEXPECTED", "A child stands in a data set of adults.", "Check the date of birth and the filter."),
    (
        "NINO_INVALID",
        "The National Insurance number breaks the published format.",
        "Check the number at source.",
    ),
    (
        "NINO_PLACEHOLDER",
        "The number is a temporary, administrative or made-up one.",
        "Send the real one when held.",
    ),
    ("POSTCODE_INVALID", "The postcode breaks the published format.", "Check the postcode at source."),
    ("POSTCODE_PLACEHOLDER", "The postcode stands for no address.", "Leave the field blank when not known."),
    ("UPRN_INVALID", "The UPRN is not 1 to 12 digits.", "Export UPRNs as text."),
    (
        "PRECISION_LOST",
        "A long number lost its last digits in a spreadsheet; they cannot be had back.",
        "Export the column as text.",
    ),
    (
        "BANK_INVALID",
        "The sort code or account has the wrong number of digits.",
        "Export bank details as text; declare lost_zeros in the mapping where zeros in front are missing.",
    ),
    ("EXCEL_DATE_IN_SORTCODE", "A spreadsheet made a date of the sort code.", "Export the column as text."),
    ("EXCEL_DATE_IN_ADDRESS", "A spreadsheet made a date of the house number.", "Export the column as text."),
    (
        "COMPANY_NUMBER_INVALID",
        "The company number breaks the published format.",
        "Check the number at source.",
    ),
    (
        "CHARITY_NUMBER_INVALID",
        "The charity number breaks the published format.",
        "Check the number at source.",
    ),
    ("VAT_NUMBER_INVALID", "The VAT number fails its check digits.", "Check the number at source."),
    ("EMAIL_INVALID", "The e-mail address has no @ or no domain.", "Check the address at source."),
    ("PHONE_INVALID", "The phone number has too few or too many digits.", "Check the number at source."),
    (
        "VALUE_OVERUSED",
        "The telephone number or e-mail address is a made-up one, or stands under far too many names.",
        "Leave the field blank when not known.",
    ),
    (
        "HIGH_OCCUPANCY",
        "Very many people have this address.",
        "Nothing, if it is a hostel, an office or a home.",
    ),
    ("NAME_UNREADABLE", "The name holds no letters.", "Fill the name at source."),
    ("NAME_PLACEHOLDER", "The name stands for not known.", "Fill the name at source."),
    ("NAME_HAS_DIGITS", "The name holds digits.", "Check the name at source."),
    ("NAME_ORDER_SUSPECTED", "Forenames and surnames seem to have changed places.", "Check the export."),
    ("NON_PERSON", "The field for a person names no person.", "Send the name of the liable person."),
    (
        "RECORD_MARKED_VOID",
        "The name says that the record is not to be used.",
        "Remove the record at source.",
    ),
    ("MIXED_SCRIPT", "The name mixes letters of two scripts that look alike.", "Check the name at source."),
    ("BIDI_CONTROL", "The text holds marks that turn its direction.", "Remove them at source."),
)

_REPAIRED = _all(
    Disposition.REPAIR,
    (
        "JOINT_NAME",
        "The field named two people and was read as two.",
        "Send each person in columns of their own.",
    ),
    (
        "MULTIPLE_PERSONS",
        "The field named several people and was split.",
        "Send each in columns of their own.",
    ),
    ("NAME_PARSED", "The whole name stood in one field and was taken apart.", "Send names in their columns."),
    ("ALIAS_FOUND", "A former or other name was taken out of the field.", "Send it in a field of its own."),
    ("DECEASED_MARKER", "A mark of death was taken out of the name.", "Send the date of death in its field."),
    (
        "MOJIBAKE_REPAIRED",
        "Letters that were decoded twice were put right for comparison.",
        "Export as UTF-8.",
    ),
    ("CONTROL_CHARS_STRIPPED", "Control characters were left out.", "Remove them at source."),
    ("INVISIBLE_CHARS", "Signs without width were left out for comparison.", "Remove them at source."),
    (
        "POSTCODE_CORRECTED",
        "A letter and a digit were swapped back in the postcode.",
        "Correct it at source.",
    ),
    ("TIME_DROPPED", "A time of day was dropped from the date.", "Nothing."),
    ("DATE_PADDED", "The zero that the date lost in front was put back.", "Export the column as text."),
    ("EXCEL_SERIAL", "A spreadsheet's day number was turned back into its date.", "Export dates as text."),
    ("CENTURY_INFERRED", "The century was added to a year of two digits.", "Send four digits."),
    ("DIGITS_NORMALISED", "Digits of another script were written as ours.", "Nothing."),
    ("LEADING_ZERO_RESTORED", "Lost leading zeros were put back.", "Export the column as text."),
    ("FLOAT_SUFFIX", "A needless .0 was left out.", "Export the column as text."),
    ("EXCEL_TEXT_PREFIX", "A spreadsheet's mark of text was left out.", "Export the column without it."),
    (
        "AMOUNT_ROUNDED",
        "The amount had fractions of a penny and was rounded, half to even.",
        "Send two decimals.",
    ),
)

_SKIPPED = _all(
    Disposition.SKIP,
    ("PREAMBLE_SKIPPED", "Lines above the headings were passed over.", "Nothing."),
    ("BLANK_ROW", "Rows of delimiters alone were passed over.", "Nothing."),
    (
        "REPEATED_HEADER",
        "The headings stand again among the rows.",
        "Nothing, or export without page breaks.",
    ),
    ("CONCATENATED_FILES", "Two files were joined into one.", "Nothing, if both parts are meant."),
    ("TRAILER", "The last line gives totals; they were checked.", "Nothing."),
    ("FOOTER", "Lines the mapping declares as footers were passed over.", "Nothing."),
    ("DUPLICATE_DELIVERY", "The file is the one delivered before; it changes nothing.", "Nothing."),
)

#: Every reason code a REJECTS row may carry. Files first, then rows, then fields.
REASONS: dict[str, Reason] = {
    reason.code: reason
    for reason in chain(_DEFERRED, _REJECTED, _HELD, _QUARANTINED, _FLAGGED, _REPAIRED, _SKIPPED)
}
