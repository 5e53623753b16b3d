"""Signing in with the account of one's council: a real provider over TLS, and what it, a browser or somebody between may do wrongly."""

from __future__ import annotations

import hmac
import json
import os
import re
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Protocol

import pytest
from click.testing import CliRunner
from desk_people import Person
from flask import Flask
from joserfc.jwk import ECKey, RSAKey
from provider import CLIENT, SECRET, ProviderOfTests
from tls import certificate_of
from visitors import trace
from werkzeug.test import TestResponse

from fraudmatch.accounts import Account
from fraudmatch.cli import cli
from fraudmatch.errors import ConfigurationError, SiteError
from fraudmatch.review.app import make_app
from fraudmatch.review.desk import Desk
from fraudmatch.review.openid import Away, providers_of
from fraudmatch.review.settings import Settings
from fraudmatch.review.terms import Provider, read_terms
from fraudmatch.site import load_site

HOST = "desk.example.test"


@pytest.fixture(scope="module")
def council(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ProviderOfTests]:
    """A council's provider, whose certificate is trusted."""
    certificate = certificate_of(tmp_path_factory.mktemp("provider"), "localhost")
    before = os.environ.get("REQUESTS_CA_BUNDLE")
    os.environ["REQUESTS_CA_BUNDLE"] = str(certificate[0])
    found = ProviderOfTests(certificate)
    yield found
    found.close()
    os.environ.pop("REQUESTS_CA_BUNDLE")
    if before is not None:
        os.environ["REQUESTS_CA_BUNDLE"] = before


class Time(Protocol):
    """A clock that goes forward when it is told to."""

    def __call__(self) -> float: ...

    def pass_(self, seconds: float) -> None: ...


@pytest.fixture
def clock(time_: Time) -> Time:
    return time_


@pytest.fixture
def desk(council: ProviderOfTests, site_folder: Path, clock: Time) -> Desk:
    """A desk that Cheltenham's people may come to through their council's provider."""
    council.as_before()
    agreed = (
        Provider(partner="cheltenham", name="Cheltenham", issuer=council.issuer, client=CLIENT, secret="S"),
    )
    providers = providers_of(agreed, f"https://{HOST}/sign-in/back", {"S": SECRET}, clock, time.time)
    return Desk(load_site(site_folder), Settings((HOST,), secure=True), clock=clock, providers=providers)


@pytest.fixture
def app(desk: Desk) -> Flask:
    return make_app(desk)


class Browser(Person):
    """Somebody's browser, over TLS."""

    def __init__(self, app: Flask, desk: Desk) -> None:
        super().__init__(app, desk, "", signed_in=False)

    def get(self, path: str, **headers: str) -> TestResponse:
        return self.browser.get(path, base_url=f"https://{HOST}", headers=headers)

    def go(self, path: str = "/sign-in/council?of=cheltenham") -> str:
        answer = self.get(path)
        assert answer.status_code == 303, answer.text
        return str(answer.location)

    def through(self, council: ProviderOfTests, path: str = "/sign-in/council?of=cheltenham") -> TestResponse:
        """All the way to the provider and back."""
        return self.get(f"/sign-in/back?{council.authorise(self.go(path))}")

    @property
    def inside(self) -> bool:
        return self.get("/").status_code == 200


@pytest.fixture
def browser(app: Flask, desk: Desk) -> Browser:
    return Browser(app, desk)


def test_who_has_an_account_is_signed_in_and_led_on(
    browser: Browser, council: ProviderOfTests, desk: Desk
) -> None:
    assert not browser.inside and "Sign in with your account of Cheltenham" in browser.get("/sign-in").text
    before = trace(desk)
    answer = browser.through(council, "/sign-in/council?of=cheltenham&after=/find")
    assert answer.status_code == 200 and 'content="0; url=/find"' in answer.text
    assert browser.inside and "Ada Example" in browser.get("/").text
    assert trace(desk).since(before)["session.begun"] == 1
    cookies = {part.partition("=")[0]: part for part in answer.headers.getlist("Set-Cookie")}
    assert {"__Host-desk", "__Host-desk-away"} == set(cookies)
    assert "SameSite=Strict" in cookies["__Host-desk"] and "Secure" in cookies["__Host-desk"]
    assert "Max-Age=0" in cookies["__Host-desk-away"]


def test_a_name_in_capitals_is_the_same_account(browser: Browser, council: ProviderOfTests) -> None:
    council.username = " ADA "
    assert browser.through(council).status_code == 200 and browser.inside


def test_what_is_asked_of_the_provider_is_what_the_standard_says(
    browser: Browser, council: ProviderOfTests
) -> None:
    one, other = browser.go(), browser.go()
    parts = [dict(pair.split("=") for pair in address.split("?")[1].split("&")) for address in (one, other)]
    for name in ("state", "nonce", "code_challenge"):
        assert len(parts[0][name]) >= 43 and parts[0][name] != parts[1][name]
    assert parts[0]["redirect_uri"] == f"https%3A%2F%2F{HOST}%2Fsign-in%2Fback"
    assert SECRET not in one and "client_secret" not in one


@pytest.mark.parametrize(
    "after", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)", "/\nx", ""]
)
def test_it_never_leads_to_another_place(browser: Browser, council: ProviderOfTests, after: str) -> None:
    answer = browser.get("/sign-in/council", **{})
    assert answer.status_code == 404
    address = browser.browser.get(
        "/sign-in/council", base_url=f"https://{HOST}", query_string={"of": "cheltenham", "after": after}
    ).location
    page = browser.get(f"/sign-in/back?{council.authorise(address)}").text
    assert 'content="0; url=/"' in page


@pytest.mark.parametrize(
    "username", ["nobody.here", "end", "cos", "aud", "", "a b", "'; --", "\u202eada", "x" * 5_000]
)
def test_who_has_no_account_of_that_council_is_not_let_in(
    browser: Browser, council: ProviderOfTests, desk: Desk, username: str
) -> None:
    """Nobody at all, one whose account ended, one of another council, one of the hub: the provider speaks for none of them."""
    council.username = username
    before = trace(desk)
    answer = browser.through(council)
    assert answer.status_code == 401 and "You have no account at this desk" in answer.text
    assert trace(desk).since(before) == {"session.refused": 1} and not browser.inside


def tampered(council: ProviderOfTests, claims: dict[str, Any]) -> str:
    head, body, mark = council.signed(claims).split(".")
    return f"{head}.{body}.{mark[:-6]}AAAAAA"


def by_hand(council: ProviderOfTests, claims: dict[str, Any], alg: str, secret: bytes) -> str:
    """A token as no library would make it: unsigned without a secret, else with a key that is shared."""
    head = {"alg": alg, "kid": council.key.kid, "typ": "JWT"}
    parts = [urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in (head, claims)]
    mark = hmac.digest(secret, b".".join(parts), "sha256") if secret else b""
    return b".".join([*parts, urlsafe_b64encode(mark).rstrip(b"=")]).decode()


def unsigned(council: ProviderOfTests, claims: dict[str, Any]) -> str:
    return by_hand(council, claims, "none", b"")


def by_our_secret(council: ProviderOfTests, claims: dict[str, Any]) -> str:
    return by_hand(council, claims, "HS256", SECRET.encode())


def by_the_public_key(council: ProviderOfTests, claims: dict[str, Any]) -> str:
    """The oldest trick: the key that everybody may know, taken for a shared secret."""
    return by_hand(council, claims, "HS256", council.key.as_pem(private=False))


def by_another_key(council: ProviderOfTests, claims: dict[str, Any]) -> str:
    return council.signed(claims, RSAKey.generate_key(2048))


def by_a_key_it_brings(council: ProviderOfTests, claims: dict[str, Any]) -> str:
    key = ECKey.generate_key("P-256")
    return council.signed(claims, key, alg="ES256", jwk=key.as_dict(private=False))


SIGNED = (tampered, unsigned, by_our_secret, by_the_public_key, by_another_key, by_a_key_it_brings)


@pytest.mark.parametrize("sign", SIGNED, ids=lambda one: one.__name__)
def test_a_token_that_the_provider_did_not_sign_is_nothing(
    browser: Browser, council: ProviderOfTests, desk: Desk, sign: Callable[..., str]
) -> None:
    council.sign = lambda claims: sign(council, claims)
    before = trace(desk)
    answer = browser.through(council)
    assert answer.status_code == 401 and "does not hold" in answer.text and not browser.inside
    assert trace(desk).since(before) == {"session.refused": 1}


NOW = int(time.time())


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://evil.example"}, {"iss": None}, {"aud": "another-client"}, {"aud": None}, {"aud": []},
        {"aud": [CLIENT, "another"], "azp": "another"}, {"exp": NOW - 3_600}, {"exp": None}, {"exp": "tomorrow"}, {"iat": None},
        {"iat": NOW + 3_600}, {"nbf": NOW + 3_600}, {"nonce": "another"}, {"nonce": None}, {"sub": None}, {"azp": "another"},
    ],
    ids=str,
)  # fmt: skip
def test_a_token_for_somebody_or_something_else_is_nothing(
    browser: Browser, council: ProviderOfTests, claims: dict[str, Any]
) -> None:
    council.claims = claims
    answer = browser.through(council)
    assert answer.status_code == 401 and "does not hold" in answer.text and not browser.inside


@pytest.mark.parametrize("said", [None, 7, ["ada"], {"name": "ada"}, True])
def test_a_name_that_is_no_text_is_nobody(browser: Browser, council: ProviderOfTests, said: object) -> None:
    council.claims = {"preferred_username": said}
    assert browser.through(council).status_code == 401 and not browser.inside


def test_what_comes_back_is_for_the_browser_that_was_sent_and_once(
    app: Flask, desk: Desk, browser: Browser, council: ProviderOfTests, clock: Time
) -> None:
    victim, thief = browser, Browser(app, desk)
    query = council.authorise(thief.go())
    assert victim.get(f"/sign-in/back?{query}").status_code == 404 and not victim.inside  # was never sent
    victim.go()
    assert (
        victim.get(f"/sign-in/back?{query}").status_code == 401 and not victim.inside
    )  # brings another's state
    assert "/tenant/token" not in council.asked
    assert victim.get(f"/sign-in/back?{council.authorise(victim.go())}").status_code == 200
    again = Browser(app, desk)
    query = council.authorise(again.go())
    ticket = again.browser.get_cookie("__Host-desk-away", domain=HOST)
    assert again.get(f"/sign-in/back?{query}").status_code == 200
    again.browser.set_cookie("__Host-desk-away", ticket.value, domain=HOST, secure=True)
    assert again.get(f"/sign-in/back?{query}").status_code == 404  # the same once more
    late = Browser(app, desk)
    query = council.authorise(late.go())
    clock.pass_(Away.LONGEST)
    assert late.get(f"/sign-in/back?{query}").status_code == 404 and not late.inside


@pytest.mark.parametrize(
    "query",
    [
        "",
        "error=access_denied",
        "code=x&state=y&iss=z",
        "code=",
        "error=server_error&error_description=%3Cscript%3Ex%3C/script%3E",
    ],
)
def test_what_no_provider_would_send_back_is_refused(
    browser: Browser, council: ProviderOfTests, query: str
) -> None:
    council.authorise(browser.go())
    answer = browser.get(f"/sign-in/back?{query}")
    assert answer.status_code == 401 and "<script>x" not in answer.text and not browser.inside


def test_another_provider_that_answers_for_this_one_is_refused(
    browser: Browser, council: ProviderOfTests
) -> None:
    query = council.authorise(browser.go()).replace("iss=https", "iss=https%3A%2F%2Fevil.example%2F")
    assert browser.get(f"/sign-in/back?{query}").status_code == 401 and not browser.inside


@pytest.mark.parametrize("broken", ["openid-configuration", "keys", "token"])
def test_a_provider_that_is_broken_lets_nobody_in_and_the_password_still_does(
    browser: Browser, council: ProviderOfTests, broken: str
) -> None:
    council.broken = broken
    answer = browser.get("/sign-in/council?of=cheltenham")
    if answer.status_code == 303:
        answer = browser.get(f"/sign-in/back?{council.authorise(answer.location)}")
    assert answer.status_code == 401 and 'name="password"' in answer.text and not browser.inside


@pytest.mark.parametrize(
    "metadata",
    [{"issuer": "https://evil.example"}, {"token_endpoint": "http://localhost/token"}, {"jwks_uri": None}, {"issuer": None}],
    ids=str,
)  # fmt: skip
def test_a_provider_that_says_strange_things_of_itself_is_not_asked(
    browser: Browser, council: ProviderOfTests, metadata: dict[str, Any]
) -> None:
    council.metadata = metadata
    answer = browser.get("/sign-in/council?of=cheltenham")
    assert answer.status_code == 401 and "/tenant/token" not in council.asked


def test_a_provider_nobody_trusts_is_not_asked(
    browser: Browser, council: ProviderOfTests, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("REQUESTS_CA_BUNDLE")
    answer = browser.get("/sign-in/council?of=cheltenham")
    assert answer.status_code == 401 and "does not answer" in answer.text


def test_new_keys_of_the_provider_are_read_and_no_more_often_than_once_a_minute(
    app: Flask, desk: Desk, council: ProviderOfTests, clock: Time
) -> None:
    assert Browser(app, desk).through(council).status_code == 200
    council.turn_keys()
    assert Browser(app, desk).through(council).status_code == 401
    asked = council.asked.count("/tenant/keys")
    assert (
        Browser(app, desk).through(council).status_code == 401
        and council.asked.count("/tenant/keys") == asked
    )
    clock.pass_(61)
    assert Browser(app, desk).through(council).status_code == 200
    assert council.asked.count("/tenant/keys") == asked + 1


def test_an_address_that_was_not_verified_is_nobody(
    site_folder: Path, council: ProviderOfTests, clock: Time
) -> None:
    council.as_before()
    agreed = (Provider(partner="cheltenham", name="C", issuer=council.issuer, client=CLIENT, claim="email"),)
    providers = providers_of(agreed, f"https://{HOST}/sign-in/back", {}, clock, time.time)
    desk = Desk(load_site(site_folder), Settings((HOST,), secure=True), clock=clock, providers=providers)
    desk.accounts.add(
        Account("eve@example.test", "Eve", "cheltenham", ("analyst",)),
        None,
        by="root",
        recorded_at=desk.now(),
    )
    app = make_app(desk)
    for verified, status in ((None, 401), (False, 401), ("true", 401), (True, 200)):
        council.claims = {"email": "eve@example.test", "email_verified": verified}
        assert Browser(app, desk).through(council).status_code == status, verified


def test_who_comes_by_the_council_s_account_needs_no_password_here(
    app: Flask, desk: Desk, council: ProviderOfTests
) -> None:
    pat, council.username = Browser(app, desk), "pat"
    assert pat.through(council).status_code == 200
    page = pat.get("/accounts").text
    assert "account of the council needs none" in page
    csrf = re.search(r'name="csrf" value="([^"]+)"', page).group(1)
    form = {"csrf": csrf, "username": "una", "name": "Una Example", "role": "investigator", "password": ""}
    headers = {"Sec-Fetch-Site": "same-origin", "Origin": f"https://{HOST}"}
    made = pat.browser.post("/accounts/add", data=form, base_url=f"https://{HOST}", headers=headers)
    assert made.status_code == 303, made.text
    council.username, una = "una", Browser(app, desk)
    assert una.through(council).status_code == 200 and una.inside
    assert desk.accounts.who("una", "") is None


def test_many_who_never_come_back_fill_no_memory(clock: Time) -> None:
    away = Away(clock)
    tickets = [away.send("cheltenham", "/")[0] for _ in range(Away.MOST + 10)]
    assert len(away._begun) == Away.MOST
    assert away.back(tickets[0]) is None and away.back(tickets[-1]) is not None


def test_a_desk_without_providers_has_no_such_pages(site_folder: Path) -> None:
    desk = Desk(load_site(site_folder), Settings((HOST,), secure=True))
    browser = Browser(make_app(desk), desk)
    assert "Sign in with your account" not in browser.get("/sign-in").text
    assert browser.get("/sign-in/council?of=cheltenham").location.startswith("/sign-in?")


TERMS = '[[provider]]\npartner = "cheltenham"\nname = "Cheltenham"\nissuer = "https://login.example/tenant"\nclient = "x"\n'


@pytest.mark.parametrize(
    "text",
    [
        TERMS.replace("https", "http"), TERMS.replace("/tenant", "/common/v2.0"), TERMS.replace("/tenant", "/organizations"),
        TERMS.replace("login.example", "ada@login.example"), TERMS + TERMS, TERMS.replace('"cheltenham"', '"nobody"'),
        TERMS.replace('client = "x"', 'client = ""'), TERMS + 'secret = "written here"\n', TERMS + "claim = ''\n",
    ],
)  # fmt: skip
def test_terms_that_would_let_strangers_in_are_refused(published: Path, tmp_path: Path, text: str) -> None:
    (tmp_path / "site.toml").write_bytes((published / "site.toml").read_bytes())
    (tmp_path / "desk.toml").write_text(TERMS, encoding="utf-8")
    assert read_terms(load_site(tmp_path)).provider[0].claim == "preferred_username"
    (tmp_path / "desk.toml").write_text(text, encoding="utf-8")
    with pytest.raises(SiteError):
        read_terms(load_site(tmp_path))


def test_the_command_wants_tls_and_the_secret(site_folder: Path) -> None:
    (site_folder / "desk.toml").write_text(TERMS + 'secret = "DESK_SECRET_OF_TESTS"\n', encoding="utf-8")
    try:
        done = CliRunner().invoke(cli, ["review", str(site_folder)])
        assert isinstance(done.exception, ConfigurationError) and "TLS" in str(done.exception)
        done = CliRunner().invoke(cli, ["review", str(site_folder), "--address", f"https://{HOST}"])
        assert isinstance(done.exception, ConfigurationError) and "DESK_SECRET_OF_TESTS" in str(
            done.exception
        )
    finally:
        (site_folder / "desk.toml").unlink()
