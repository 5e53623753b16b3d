"""A council's own sign-in for tests: a real server over TLS that speaks OpenID Connect, and does what it is told wrongly."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import ssl
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT, SECRET = "desk-of-tests", "a secret of the provider's"


class ProviderOfTests:
    """A provider that is running.

    Attributes:
        username: whom the next token names. claims: what the next token says otherwise; a null takes a claim out.
        sign: makes a token of header and claims. metadata, tokens, keys: change what it answers with.
        asked: paths that were asked for.
    """

    def __init__(self, certificate: tuple[Path, Path]) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*certificate)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self._server.daemon_threads = True
        self.issuer = f"https://localhost:{self._server.server_address[1]}/tenant"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.lock = threading.Lock()
        self.turn_keys()
        self.as_before()

    def as_before(self) -> None:
        """Do everything rightly again."""
        self.username, self.asked = "ada", list[str]()
        self.claims: dict[str, Any] = {}
        self.metadata: dict[str, Any] = {}
        self.token_status, self.broken = 200, ""
        self.sign: Callable[[dict[str, Any]], str] = self.signed
        self.codes: dict[str, dict[str, str]] = {}

    def turn_keys(self) -> None:
        """Sign with another key from now on, and publish no other."""
        self.key = RSAKey.generate_key(2048, {"kid": secrets.token_hex(4), "use": "sig", "alg": "RS256"})

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def signed(self, claims: dict[str, Any], key: Any = None, **header: str) -> str:
        key = key or self.key
        return str(jwt.encode({"alg": "RS256", "kid": self.key.kid, **header}, claims, key, algorithms=ANY))

    def authorise(self, address: str) -> str:
        """What a browser does with the address it is sent to: the query with which it comes back."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert asked["client_id"] == CLIENT and asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256" and "openid" in asked["scope"].split()
        code = secrets.token_urlsafe(8)
        self.codes[code] = asked
        return urlencode({"code": code, "state": asked["state"], "iss": self.issuer})

    def token(self, form: dict[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        asked = self.codes.pop(form.get("code", ""), None)
        basic = base64.b64decode(authorization.removeprefix("Basic ")).decode() or form.get("client_id")
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest())
        if (
            asked is None
            or asked["code_challenge"] != challenge.decode().rstrip("=")
            or form["redirect_uri"] != asked["redirect_uri"]
            or basic not in (CLIENT, f"{CLIENT}:{SECRET}")
        ):
            return 400, {"error": "invalid_grant"}
        now = int(time.time())
        says = {
            "iss": self.issuer, "aud": CLIENT, "sub": "0815", "iat": now, "exp": now + 300, "nonce": asked["nonce"],
            "preferred_username": self.username,
        } | self.claims  # fmt: skip
        token = self.sign({name: value for name, value in says.items() if value is not None})
        return self.token_status, {"access_token": "x", "token_type": "Bearer", "id_token": token}


#: What a token of tests may be signed with; the desk takes far less.
ANY = ["RS256", "ES256"]


def _handler(provider: ProviderOfTests) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

        def answer(self, status: int, told: Any) -> None:
            body = told if isinstance(told, bytes) else json.dumps(told).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_GET(self) -> None:
            path = urlsplit(self.path).path
            provider.asked.append(path)
            if provider.broken and path.endswith(provider.broken):
                self.answer(500, b"<html>It is broken")
            elif path == "/tenant/.well-known/openid-configuration":
                root = provider.issuer
                self.answer(200, {
                    "issuer": root, "authorization_endpoint": f"{root}/authorize", "token_endpoint": f"{root}/token",
                    "jwks_uri": f"{root}/keys",
                } | provider.metadata)  # fmt: skip
            elif path == "/tenant/keys":
                self.answer(200, {"keys": [provider.key.as_dict(private=False)]})
            elif path == "/tenant/authorize":
                back = parse_qs(urlsplit(self.path).query)["redirect_uri"][0]
                self.send_response(303)
                self.send_header("Location", f"{back}?{provider.authorise(self.path)}")
                self.send_header("Content-Length", "0")
                self.end_headers()
            else:
                self.answer(404, {})

        def do_POST(self) -> None:
            provider.asked.append(self.path)
            length = int(self.headers.get("Content-Length", 0))
            form = {name: values[0] for name, values in parse_qs(self.rfile.read(length).decode()).items()}
            if provider.broken and self.path.endswith(provider.broken):
                self.answer(500, b"<html>It is broken")
            else:
                self.answer(*provider.token(form, self.headers.get("Authorization", "")))

    return Handler
