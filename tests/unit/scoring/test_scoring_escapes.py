"""Ways out of languages like that of rules: none of them compiles (threats T17 and T18)."""

from __future__ import annotations

import pytest
from test_scoring_language import NAMES

from fraudmatch.scoring.language import ExpressionFault, compile_expression

ESCAPES = [
    "__import__('os').system('id')",
    "().__class__.__bases__[0].__subclasses__()",
    "''.__class__.__mro__[1].__subclasses__()",
    "left.__class__",
    "left.surname.__class__",
    "left.surname.__len__()",
    "left.surname.format(left)",
    "'{0.__class__}'.format(left)",
    "'%s' % left.surname = 'x'",
    "getattr(left, 'surname')",
    "globals()",
    "locals()",
    "vars()",
    "open('/etc/passwd')",
    "eval('1')",
    "exec('1')",
    "compile('1', '', 'eval')",
    "lambda: 1",
    "(lambda x: x)(1)",
    "[x for x in (1, 2)]",
    "{x: 1}",
    "x := 1",
    "left['surname'] = 'x'",
    "left.surname[0] = 'x'",
    "*left",
    "**left",
    "yield 1",
    "await left.x",
    "print(1)",
    "abs.__call__(1)",
    "abs.__globals__",
    "left.gi_frame.f_back",
    "(1).__reduce__()",
    "left.surname.join(left)",
    "f'{left}'",
    "`id`",
    "$(id)",
    "${jndi:ldap://x.example/a}",
    "select 1",
    "(select 1) = 1",
    "exists (select * from left)",
    "left.age = (select max(age) from left)",
    "true; drop table left",
    "true union select 1",
    "read_text('/etc/passwd') = 'x'",
    "read_csv('x.csv')",
    "read_parquet('s3://x.example/y')",
    "copy left to 'x'",
    "attach 'x.db'",
    "install httpfs",
    "load httpfs",
    "pragma database_list",
    "set enable_external_access = true",
    "getenv('HOME') = 'x'",
    "current_setting('x') = 'y'",
    "cast(left.age as text) = '1'",
    "left.age::text = '1'",
    "left.surname similar to '(a+)+'",
    "left.surname ~ '(a+)+'",
    "regexp_matches(left.surname, '(a+)+')",
    "left.surname like '%a%a%a%'",
    "left.surname glob '*a*'",
    "case when true then 1 end = 1",
    "left.age = any(left.age)",
    "row_number() over () = 1",
    "left.age = ?",
    "left.age = :x",
    "left.age = @x",
    "now() = run.as_at",
    "random() > 0",
    "/* left.age */ true",
]


@pytest.mark.parametrize("text", ESCAPES)
def test_escapes_do_not_compile(text: str) -> None:
    with pytest.raises(ExpressionFault):
        compile_expression(text, NAMES)
