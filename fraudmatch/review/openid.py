"""Signing in through a council's own provider of accounts, with OpenID Connect: the authorization code flow with PKCE.

The desk is told by the provider who somebody is, in a signed token, and looks the account up by that; roles and councils are the desk's own. A
provider is of one council and speaks for its accounts alone: that of another can sign in nobody here. OpenID Connect Core 1.0
§3.1, RFC 7636 (PKCE), RFC 9700 (current practice), RFC 9207 (who answers).
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from fraudmatch.errors import ConfigurationError
from fraudmatch.review.terms import Provider

#: What may sign a token: keys of two parts alone. With "none" or a shared secret whoever knows the client could sign.
_ALGORITHMS = (
    "RS256",
    "RS384",
    "RS512",
    "PS256",
    "PS384",
    "PS512",
    "ES256",
    "ES384",
    "ES512",
    "EdDSA",
    "Ed25519",
)
#: Seconds to wait for a provider (to be connected, to answer); seconds that two clocks may differ.
_PATIENCE, _LEEWAY = (5, 10), 60
#: Seconds between two readings of the keys of a provider, however many tokens name one that is not known.
_KEYS_EVERY = 60.0


class SignInError(Exception):
    """Somebody is not signed in. `why` is for the ledger: unreachable | refused | not_understood."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True)
class Begun:
    """Somebody who was sent to a provider and is to come back.

    Attributes:
        of: whose provider. after: the page that was asked for. since: seconds on the clock.
        state, nonce, verifier: what the answer, the token and we must bring again.
    """

    of: str
    after: str
    since: float
    state: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    nonce: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48))


class Client:
    """The desk, as a provider knows it.

    Args:
        agreed: with whom. secret: that the provider gave the desk; null = it gave none, PKCE stands alone.
        back: the address it sends people back to. clock: seconds that only go forward. now: seconds since 1970.
    """

    def __init__(
        self, agreed: Provider, secret: str | None, back: str, *, clock: Callable[[], float], now: Callable[[], float]
    ) -> None:  # fmt: skip
        self._agreed, self._secret, self._back, self._clock, self._now = agreed, secret, back, clock, now
        self._lock = threading.Lock()
        self._told: Mapping[str, Any] = {}
        self._keys: KeySet | None = None
        self._keys_read = 0.0

    def address(self, begun: Begun) -> str:
        """Where a browser is sent.

        Raises:
            SignInError: the provider cannot be asked.
        """
        with self._session() as session:
            made, _ = session.create_authorization_url(
                self._metadata()["authorization_endpoint"], state=begun.state, nonce=begun.nonce,
                code_verifier=begun.verifier,
            )  # fmt: skip
        return str(made)

    def username(self, begun: Begun, answer: Mapping[str, str]) -> str:
        """Who came back, in lower case; "" where the token does not say.

        Args:
            begun: what the person was sent with. answer: the query with which the browser came back.

        Raises:
            SignInError: the provider refused or cannot be asked, or what it says does not hold.
        """
        if not secrets.compare_digest(answer.get("state", "").encode(), begun.state.encode()):
            raise SignInError("not_understood")
        if answer.get("iss", self._agreed.issuer) != self._agreed.issuer:
            raise SignInError("not_understood")
        if "error" in answer or not answer.get("code"):
            raise SignInError("refused")
        claims = self._claims(self._token(answer["code"], begun), begun)
        if self._agreed.claim == "email" and claims.get("email_verified") is not True:
            return ""  # an address that anybody may write into a profile
        told = claims.get(self._agreed.claim)
        return told.strip().lower() if isinstance(told, str) else ""

    def _session(self) -> OAuth2Session:
        method = "client_secret_basic" if self._secret else "none"
        return OAuth2Session(
            self._agreed.client, self._secret, token_endpoint_auth_method=method, scope="openid profile email",
            redirect_uri=self._back, code_challenge_method="S256",
        )  # fmt: skip

    def _token(self, code: str, begun: Begun) -> str:
        """The signed token that the provider gives for a code."""
        try:
            with self._session() as session:
                told = session.fetch_token(
                    self._metadata()["token_endpoint"], grant_type="authorization_code", code=code,
                    code_verifier=begun.verifier, timeout=_PATIENCE, allow_redirects=False,
                )  # fmt: skip
        except AuthlibBaseError as error:
            raise SignInError("refused") from error
        except requests.RequestException as error:
            raise SignInError("unreachable") from error
        except ValueError as error:  # what came is no JSON
            raise SignInError("not_understood") from error
        token = told.get("id_token") if isinstance(told, dict) else None
        if not isinstance(token, str):
            raise SignInError("not_understood")
        return token

    def _claims(self, token: str, begun: Begun) -> Mapping[str, Any]:
        """What a token says, its signature, maker, reader, time and nonce checked (Core §3.1.3.7)."""
        agreed = self._agreed
        try:
            found = self._signed(token)
            claims = CodeIDToken(
                found.claims, found.header,
                {"iss": {"essential": True, "value": agreed.issuer}, "aud": {"essential": True, "value": agreed.client}},
                {"nonce": begun.nonce, "client_id": agreed.client},
            )  # fmt: skip
            claims.validate(now=int(self._now()), leeway=_LEEWAY)
        except (JoseError, AuthlibBaseError, ValueError, TypeError, KeyError) as error:
            raise SignInError("not_understood") from error
        return dict(claims)

    def _signed(self, token: str) -> jwt.Token:
        """A token whose signature holds; keys are read again where it names one that is not known, for providers change theirs."""
        try:
            return jwt.decode(token, self._key_set(), algorithms=_ALGORITHMS)
        except (InvalidKeyIdError, ValueError):
            with self._lock:
                if self._clock() - self._keys_read >= _KEYS_EVERY:
                    self._keys = None
            return jwt.decode(token, self._key_set(), algorithms=_ALGORITHMS)

    def _key_set(self) -> KeySet:
        with self._lock:
            if self._keys is None:
                self._keys = KeySet.import_key_set(_read(self._metadata_here()["jwks_uri"]))
                self._keys_read = self._clock()
            return self._keys

    def _metadata(self) -> Mapping[str, Any]:
        with self._lock:
            return self._metadata_here()

    def _metadata_here(self) -> Mapping[str, Any]:
        """What the provider says of itself (Discovery 1.0 §4), read once; every address of it is to be of TLS."""
        if not self._told:
            told = _read(f"{self._agreed.issuer.rstrip('/')}/.well-known/openid-configuration")
            places = ("authorization_endpoint", "token_endpoint", "jwks_uri")
            whole = all(str(told.get(name, "")).startswith("https://") for name in places)
            if told.get("issuer") != self._agreed.issuer or not whole:
                raise SignInError("not_understood")
            self._told = told
        return self._told


@dataclass(frozen=True)
class Providers:
    """The providers of a site, by the partner whose accounts they sign in; "" = the hub's.

    Attributes:
        names: as printed. clients: each as we ask it. away: who was sent to one.
    """

    names: Mapping[str, str]
    clients: Mapping[str, Client]
    away: Away


def providers_of(
    agreed: Sequence[Provider], back: str, secrets_: Mapping[str, str], clock: Callable[[], float],
    now: Callable[[], float],
) -> Providers:  # fmt: skip
    """The providers that a site agreed on.

    Args:
        back: the address they send people back to. secrets_: variable -> its value. clock, now: as of `Client`.

    Raises:
        ConfigurationError: a secret is not there.
    """
    lacking = sorted({one.secret for one in agreed if one.secret and not secrets_.get(one.secret)})
    if lacking:
        raise ConfigurationError(
            f"desk.toml names a secret that is not there: {', '.join(lacking)}.",
            remedy="Set the environment variable for the desk alone, for example in its systemd unit with LoadCredential.",
        )
    clients = {
        one.partner or "": Client(
            one, secrets_[one.secret] if one.secret else None, back, clock=clock, now=now
        )
        for one in agreed
    }
    return Providers({one.partner or "": one.name for one in agreed}, clients, Away(clock))


def _read(address: str) -> Any:
    """A JSON object of a provider."""
    try:
        answer = requests.get(address, timeout=_PATIENCE, allow_redirects=False)
        if answer.status_code != 200:
            raise SignInError("unreachable")
        found = answer.json()
    except requests.RequestException as error:
        raise SignInError("unreachable") from error
    if not isinstance(found, dict):
        raise SignInError("not_understood")
    return found


class Away:
    """Who was sent to a provider, by what their browsers were given; each comes back once, and soon.

    Attributes:
        LONGEST: seconds that one may take. MOST: how many may be away at once; the oldest is forgotten for one more.
    """

    LONGEST, MOST = 600.0, 1_000

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock, self._lock = clock, threading.Lock()
        self._begun: dict[str, Begun] = {}

    def send(self, of: str, after: str) -> tuple[str, Begun]:
        """Remember one; what its browser is given."""
        ticket, begun = secrets.token_urlsafe(32), Begun(of, after, self._clock())
        with self._lock:
            while len(self._begun) >= self.MOST:
                del self._begun[next(iter(self._begun))]
            self._begun[ticket] = begun
        return ticket, begun

    def back(self, ticket: str) -> Begun | None:
        """Who comes back with it; None where nobody was given it, or too long ago, or it was brought before."""
        with self._lock:
            found = self._begun.pop(ticket, None)
        return found if found is not None and self._clock() - found.since < self.LONGEST else None
