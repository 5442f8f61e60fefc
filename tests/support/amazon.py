"""An Amazon of our own: a certificate authority, Alexa's signing certificate, and requests signed with it."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from cabas.kernel.errors import Unavailable

ADDRESS = "https://s3.amazonaws.com/echo.api/echo-api-cert-12.pem"
SKILL = "amzn1.ask.skill.0f0f0f0f-0000-4000-8000-000000000001"
FROM, UNTIL = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)


@cache
def a_key(name: str) -> RSAPrivateKey:
    return generate_private_key(public_exponent=65537, key_size=2048)


@dataclass(frozen=True)
class Authority:
    """A root that signs certificates."""

    name: str = "Root of the tests"

    @property
    def key(self) -> RSAPrivateKey:
        return a_key(self.name)

    @property
    def subject(self) -> x509.Name:
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, self.name)])

    def root(self) -> x509.Certificate:
        identifier = x509.SubjectKeyIdentifier.from_public_key(self.key.public_key())
        usage = x509.KeyUsage(
            digital_signature=False, content_commitment=False, key_encipherment=False, data_encipherment=False,
            key_agreement=False, key_cert_sign=True, crl_sign=True, encipher_only=False, decipher_only=False,
        )  # fmt: skip
        return (
            self._begun(self.subject, self.key, FROM - timedelta(days=365), UNTIL + timedelta(days=3650))
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .add_extension(usage, critical=True)
            .add_extension(identifier, critical=False)
            .sign(self.key, hashes.SHA256())
        )

    def leaf(
        self, *, host: str = "echo-api.amazon.com", starts: datetime = FROM, ends: datetime = UNTIL
    ) -> x509.Certificate:
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
        issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key())
        return (
            self._begun(name, a_key("leaf"), starts, ends)
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(issuer, critical=False)
            .sign(self.key, hashes.SHA256())
        )

    def _begun(
        self, subject: x509.Name, key: RSAPrivateKey, starts: datetime, ends: datetime
    ) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self.subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(starts)
            .not_valid_after(ends)
        )


@cache
def authority() -> Authority:
    return Authority()


@cache
def root() -> x509.Certificate:
    return authority().root()


@cache
def leaf() -> x509.Certificate:
    return authority().leaf()


def pem(*certificates: x509.Certificate) -> bytes:
    return b"".join(one.public_bytes(serialization.Encoding.PEM) for one in certificates)


def signature(body: bytes, key: RSAPrivateKey | None = None) -> str:
    return base64.b64encode((key or a_key("leaf")).sign(body, PKCS1v15(), hashes.SHA256())).decode()


def signed(body: bytes) -> dict[str, str]:
    """The headers of a good request."""
    return {"signaturecertchainurl": ADDRESS, "signature-256": signature(body), "content-type": "application/json"}


@dataclass
class Bucket:
    """`surfaces.contract.Web` with Amazon's bucket; what is posted is kept."""

    files: dict[str, bytes] = field(default_factory=lambda: {ADDRESS: pem(leaf())})
    asked: list[str] = field(default_factory=list)
    posted: list[tuple[str, dict[str, str], Any]] = field(default_factory=list)

    async def get(self, url: str) -> bytes:
        self.asked.append(url)
        if url not in self.files:
            raise Unavailable(f"{url} answered 404.")
        return self.files[url]

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        self.posted.append((url, dict(headers), json.loads(body)))
        return 204


def a_request(
    kind: str = "LaunchRequest", *, intent: str = "", slots: Mapping[str, str] | None = None, number: int = 1,
    at: str = "2026-11-24T09:00:00Z", locale: str = "fr-FR", session: str = "SessionId.1",
    attributes: Mapping[str, Any] | None = None, token: str | None = None, skill: str = SKILL,
) -> dict[str, Any]:  # fmt: skip
    """A request as Alexa sends it."""
    user = {"userId": "amzn1.ask.account.A", **({"accessToken": token} if token else {})}
    told: dict[str, Any] = {
        "type": kind, "requestId": f"amzn1.echo-api.request.{number}", "timestamp": at, "locale": locale
    }  # fmt: skip
    if intent:
        filled = {
            name: {"name": name, "value": value, "confirmationStatus": "NONE"} for name, value in (slots or {}).items()
        }
        told["intent"] = {"name": intent, "confirmationStatus": "NONE", "slots": filled}
    return {
        "version": "1.0",
        "session": {
            "new": not attributes, "sessionId": session, "application": {"applicationId": skill},
            "attributes": dict(attributes or {}), "user": user,
        },
        "context": {
            "System": {
                "application": {"applicationId": skill}, "user": user,
                "device": {"deviceId": "amzn1.ask.device.A", "supportedInterfaces": {}},
                "apiEndpoint": "https://api.eu.amazonalexa.com", "apiAccessToken": "a.pass.for.this.request",
            }
        },
        "request": told,
    }  # fmt: skip
