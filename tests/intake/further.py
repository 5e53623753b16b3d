"""What the brief asks of a case beyond its file: the test that shows it, or what is not made yet."""

from __future__ import annotations

INJECTION = "unit/report/test_report_injection.py"

#: Case -> tests (file below tests, function) that show what comes after the file has been read.
SHOWN: dict[int, tuple[tuple[str, str], ...]] = {
    3: (("intake/test_door.py", "test_a_file_that_grows_while_it_is_looked_at_is_put_off"),),
    18: (("intake/test_door.py", "test_a_file_that_another_program_locks_is_put_off"),),
    19: (("intake/test_door.py", "test_data_older_than_35_days_are_said_to_be_where_they_stand"),),
    24: (
        ("unit/extract/test_extract_encrypted.py", "test_a_locked_workbook_is_opened_by_one_of_the_passwords"),
        ("unit/extract/test_extract_encrypted.py", "test_an_age_file_is_opened_by_a_key_of_the_environment"),
    ),
    75: (("unit/report/test_report_clean.py", "test_clean_text_is_printable_and_stable"),),
    85: (("unit/report/test_report_unjudged.py", "test_a_field_blank_in_one_partners_extract_names_its_rules"),),
    122: ((INJECTION, "test_values_survive_in_the_workbook"), (INJECTION, "test_csv_values_survive_behind_the_guard")),
    160: (
        ("unit/report/test_report_signs.py", "test_negative_pence_in_csv"),
        ("unit/report/test_report_signs.py", "test_negative_pence_in_a_workbook"),
    ),
    172: ((INJECTION, "test_pages_show_hostile_text_as_text"),),
    178: ((INJECTION, "test_pages_show_hostile_text_as_text"),),
    179: (
        (INJECTION, "test_workbooks_hold_no_formula_and_no_link"),
        (INJECTION, "test_csv_cells_never_start_a_formula"),
    ),
    180: ((INJECTION, "test_no_templates_switch_escaping_off"),),
    181: (("unit/report/test_report_explain.py", "test_hostile_text_cannot_drive_the_terminal"),),
}  # fmt: skip

#: Case -> what the brief asks and nothing here does. To become empty.
NOT_MADE: dict[int, str] = {
    3: "a cut-off until which the night itself tries again: the next run tries, and a person starts it",
    63: "the number of the line beside that of the record",
    87: "the file is left where it lies: nothing is kept of it, and it is not destroyed",
}
