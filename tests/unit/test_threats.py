"""The table of threats: every test it names exists; and what is shown by what the package does not do."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

import pytest

from fraudmatch.errors import ConfigurationError, SiteError
from fraudmatch.site import load_site

ROOT = Path(__file__).parents[2]
TABLE = (ROOT / "docs/threats.md").read_text(encoding="utf-8")
DESK = (ROOT / "docs/desk-security.md").read_text(encoding="utf-8")
_NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
#: Modules that run SQL or code, or make objects of any kind from bytes.
_FORBIDDEN = {
    "sqlite3",
    "duckdb",
    "sqlalchemy",
    "yaml",
    "ruamel",
    "pickle",
    "marshal",
    "shelve",
    "dill",
    "joblib",
}
_RUN_CODE = {"eval", "exec", "__import__"}


def test_every_threat_has_a_row_and_every_row_a_test() -> None:
    rows = re.findall(r"^\| (T\d\d) .*$", TABLE, re.MULTILINE)
    assert rows == [f"T{number:02d}" for number in (*range(1, 21), 24, 28, 29, 31, 35)]
    for line in re.findall(r"^\| T\d\d .*$", TABLE, re.MULTILINE):
        assert _NAMED.search(line), line


def test_every_line_of_the_desk_s_page_names_its_test() -> None:
    lines = re.findall(r"^\| (?!against|---).*$", DESK, re.MULTILINE)
    assert len(lines) >= 20 and all(_NAMED.search(line) for line in lines)


@pytest.mark.parametrize(("file", "test"), sorted(set(_NAMED.findall(TABLE + DESK))))
def test_the_test_that_is_named_exists(file: str, test: str) -> None:
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    assert test in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_no_database_but_the_store_of_outcomes_no_yaml_and_no_code_from_text() -> None:
    found = []
    store = {"sqlite3", "sqlalchemy", "alembic"}
    for path in sorted((ROOT / "fraudmatch").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names: list[str] = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _RUN_CODE:
                found.append(f"{path.name}: {node.func.id}")
            rooms = {"outcomes", "store", "ledger", "caselog"}  # the file of the site
            allowed = store if rooms & set(path.relative_to(ROOT / "fraudmatch").parts) else set()
            found += [f"{path.name}: {n}" for n in names if n.split(".")[0] in _FORBIDDEN - allowed]
    assert found == []


@pytest.mark.parametrize(
    "name",
    ["..", "../x", "..\\x", "/etc", "a/b", "a\\b", "a:b", "a.", "a ", " a", "", "a", "A", "con.", "a\x00b", "a\nb", "ä",
     "a-b", "~a", "$HOME", "%TEMP%", "a*", "a?", "C:", "\\\\host\\share", "nul.txt", "1a", "_a", "a" * 32, "a\u202eb", "ab\n",
     "con", "nul", "com1", "lpt9"],
)  # fmt: skip
def test_hostile_partner_ids_are_refused(name: str, tmp_path: Path) -> None:
    text = f'name = "T"\n[[partner]]\nid = {json.dumps(name)}\nname = "A"\n'
    (tmp_path / "site.toml").write_text(text, encoding="utf-8")
    with pytest.raises(SiteError):
        load_site(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["site.toml"]


def test_a_key_that_stands_twice_is_refused(tmp_path: Path) -> None:
    text = 'name = "T"\nname = "U"\n[[partner]]\nid = "avon"\nname = "A"\n'
    (tmp_path / "site.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError, match="not a TOML file"):
        load_site(tmp_path)
