"""Small mappings and files to try the extract stage on. All names are invented."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from fraudmatch.extract import ExtractedFile, Mapping, extract_file, load_mapping

MAPPING = """
dataset = "council_tax"

[file]
pattern = "CTAX_*.csv"
format = "delimited"
encoding = ["utf-8", "cp1252"]
date_formats = ["%d/%m/%Y"]
null_values = ["NULL"]
{file}

[ignore]
columns = ["Printed on"]

[fields]
source_ref = "Ref"
surname = "Surname"
date_of_birth = "DOB"
discount_type = {{ column = "Disc", codes = {{ SPD = "single_person", "" = "none" }} }}
charge_annual_pence = {{ column = "Charge", optional = true }}
{fields}
"""


@pytest.fixture
def mapping_of(tmp_path: Path) -> Callable[..., Mapping]:
    """Load the usual mapping with lines added to [file] and [fields], or another text."""

    def load(file: str = "", fields: str = "", text: str = MAPPING) -> Mapping:
        path = tmp_path / "ctax.toml"
        path.write_text(text.format(file=file, fields=fields) if text is MAPPING else text, encoding="utf-8")
        return load_mapping(path)

    return load


@pytest.fixture
def read(tmp_path: Path, mapping_of: Callable[..., Mapping]) -> Callable[..., ExtractedFile]:
    """Extract bytes with the usual mapping, or another one."""

    def extract(
        content: bytes | str, mapping: Mapping | None = None, name: str = "CTAX_1.csv"
    ) -> ExtractedFile:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return extract_file(path, mapping or mapping_of(), partner="avon", partner_ids=["avon", "brent"])

    return extract
