"""A small OpenID Connect provider on this machine: it holds the portal to code flow, PKCE and the client's secret."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm

CLIENT, SECRET = "hexi", "between portal and provider"
Answer = tuple[int, dict[str, object]]


@dataclass(slots=True)
class Provider:
    """Who sits before the browser, and what was asked so far."""

    issuer: str = ""
    person: dict[str, object] = field(default_factory=dict)
    """Claims of whoever signs in next; empty for somebody who refuses."""
    audience: str = CLIENT
    """For whom ID tokens are made out."""
    refused: list[str] = field(default_factory=list)
    """What the portal did that no client may do."""
    ways_back: set[str] = field(default_factory=set)
    """Where browsers were sent afterwards: real providers know the address beforehand."""
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    tokens: dict[str, dict[str, object]] = field(default_factory=dict)
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def discovery(self) -> Answer:
        """Where everything is. Source: OpenID Connect Discovery 1.0, section 3."""
        return 200, {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "jwks_uri": f"{self.issuer}/keys",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["ES256"],
            "code_challenge_methods_supported": ["S256"],
        }

    def keys(self) -> Answer:
        """The public key."""
        return 200, {
            "keys": [{**ECAlgorithm.to_jwk(self.key.public_key(), as_dict=True), "kid": "one", "alg": "ES256"}]
        }

    def authorize(self, asked: dict[str, str]) -> str:
        """Where the browser goes next."""
        if asked.get("client_id") != CLIENT or asked.get("response_type") != "code":
            self.refused.append("client or flow")
        if asked.get("code_challenge_method") != "S256" or len(asked.get("state", "")) < 8:
            self.refused.append("PKCE or state")
        if "openid" not in asked.get("scope", "").split():
            self.refused.append("scope")
        self.ways_back.add(asked["redirect_uri"])
        said = {"state": asked["state"]}
        if self.person:
            code = secrets.token_urlsafe(16)
            self.codes[code] = asked
            said["code"] = code
        else:
            said["error"] = "access_denied"
        return f"{asked['redirect_uri']}?{urlencode(said)}"

    def token(self, sent: dict[str, str]) -> Answer:
        """Tokens for a code, once, for whoever began and knows the secret. Source: RFC 7636, section 4.6."""
        asked = self.codes.pop(sent.get("code", ""), None)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(sent.get("code_verifier", "").encode()).digest())
        if (
            asked is None
            or sent.get("client_secret") != SECRET
            or sent.get("redirect_uri") != asked["redirect_uri"]
            or challenge.rstrip(b"=").decode() != asked.get("code_challenge")
        ):
            self.refused.append("code, secret or verifier")
            return 400, {"error": "invalid_grant"}
        access = secrets.token_urlsafe(16)
        self.tokens[access] = dict(self.person)
        now = int(time.time())
        claims = {**self.person, "iss": self.issuer, "aud": self.audience, "iat": now, "exp": now + 60}
        signed = jwt.encode(claims, self.key, algorithm="ES256", headers={"kid": "one"})
        return 200, {"access_token": access, "token_type": "Bearer", "expires_in": 60, "id_token": signed}

    def userinfo(self, bearer: str) -> Answer:
        """Claims of whoever the token stands for."""
        found = self.tokens.get(bearer.removeprefix("Bearer "))
        return (200, found) if found else (401, {"error": "invalid_token"})


@contextmanager
def running() -> Iterator[Provider]:
    """Serve a provider on a free port of this machine until the block ends."""
    provider = Provider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            at = urlsplit(self.path)
            match at.path:
                case "/.well-known/openid-configuration":
                    self._answer(provider.discovery())
                case "/keys":
                    self._answer(provider.keys())
                case "/userinfo":
                    self._answer(provider.userinfo(self.headers.get("Authorization", "")))
                case "/authorize":
                    self.send_response(302)
                    self.send_header("Location", provider.authorize(_first(at.query)))
                    self.end_headers()
                case _:
                    self._answer((404, {}))

        def do_POST(self) -> None:
            sent = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            self._answer(provider.token(_first(sent)) if self.path == "/token" else (404, {}))

        def log_message(self, format: str, *args: object) -> None:
            """Keep quiet."""

        def _answer(self, answer: Answer) -> None:
            body = json.dumps(answer[1]).encode()
            self.send_response(answer[0])
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider.issuer = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=5)


def _first(query: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(query).items()}
