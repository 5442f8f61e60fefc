"""Signatures of HTTP messages (RFC 9421, ES256) over a digest of the raw body (RFC 9530), as UCP narrows them down.

The algorithm follows from the key and is never a parameter; a signature is r and s, 32 bytes each.
"""

from __future__ import annotations

import base64
import hashlib
import re
from binascii import Error as NotBase64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from cabas.kernel.errors import CabasError
from cabas.surfaces.ucp.wire import Jwk

SIZE = 32
# Order of the curve P-256 (FIPS 186-5).
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
ES256 = ec.ECDSA(hashes.SHA256())
_MEMBER = re.compile(r"([a-z][a-z0-9_.*-]*)=(\((?:[^()\"]|\"[^\"]*\")*\)(?:;[a-z]+=(?:\"[^\"]*\"|-?\d+))*)")
_VALUE = re.compile(r"([a-z][a-z0-9_.*-]*)=:([A-Za-z0-9+/=]*):")
_DIGEST = re.compile(r"sha-256=:([A-Za-z0-9+/=]+):")
# What every signed request must cover.
ALWAYS = ("@method", "@authority", "@path")
WITH_BODY = ("content-digest", "content-type")


class SignatureRefused(CabasError):
    """A signature is missing, wrong, or by a key that cannot be used; `code` says which. Nothing was done."""

    code = "signature_invalid"


@dataclass(frozen=True, slots=True)
class Key:
    """A key of ours. `public` is its JWK."""

    private: ec.EllipticCurvePrivateKey = field(repr=False)
    public: Mapping[str, str]

    @property
    def kid(self) -> str:
        """Its name."""
        return self.public["kid"]


def key_of(secret: bytes) -> Key:
    """The signing key of an installation: it follows from its secret, so that every process has the same."""
    derived = HKDF(hashes.SHA256(), 48, b"cabas", b"ucp signing key 1").derive(secret or b"no secret")
    private = ec.derive_private_key(int.from_bytes(derived, "big") % (ORDER - 1) + 1, ec.SECP256R1())
    point = private.public_key().public_numbers()
    x, y = (_url64(value.to_bytes(SIZE, "big")) for value in (point.x, point.y))
    thumbprint = hashlib.sha256(f'{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}'.encode()).digest()  # RFC 7638
    public = {"kid": _url64(thumbprint), "kty": "EC", "crv": "P-256", "x": x, "y": y, "use": "sig", "alg": "ES256"}
    return Key(private, public)


def digest(body: bytes) -> str:
    """The Content-Digest of a body."""
    return f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode()}:"


def sign(key: Key, parts: Mapping[str, str], covered: Sequence[str]) -> dict[str, str]:
    """The headers that sign `covered`, whose values are in `parts`."""
    params = f'({" ".join(f"{chr(34)}{one}{chr(34)}" for one in covered)});keyid="{key.kid}"'
    r, s = decode_dss_signature(key.private.sign(_base(parts, covered, params), ES256))
    raw = base64.b64encode(r.to_bytes(SIZE, "big") + s.to_bytes(SIZE, "big")).decode()
    return {"signature-input": f"sig1={params}", "signature": f"sig1=:{raw}:"}


def verify(keys: Sequence[Jwk], parts: Mapping[str, str], body: bytes, must: Sequence[str]) -> None:
    """Believe the message, or raise `SignatureRefused`. `parts` holds header fields by lower-case name and the derived
    components; `must` is what a signature has to cover. One signature that holds is enough.
    """
    inputs, values = dict(_MEMBER.findall(parts.get("signature-input", ""))), parts.get("signature", "")
    if not inputs or not values:
        raise _refused("signature_missing", "A signature is missing.")
    signatures = dict(_VALUE.findall(values))
    problem: SignatureRefused | None = None
    for label, params in inputs.items():
        if label not in signatures:
            problem = problem or _refused("signature_missing", f"The signature {label[:40]} is missing.")
            continue
        try:
            _check(keys, parts, body, must, params, signatures[label])
        except SignatureRefused as refused:
            problem = refused
        else:
            return
    raise problem or _refused("signature_missing", "A signature is missing.")


def _check(
    keys: Sequence[Jwk], parts: Mapping[str, str], body: bytes, must: Sequence[str], params: str, value: str
) -> None:
    inner, _, rest = params.partition(")")
    covered = re.findall(r'"([^"]*)"', inner)
    named = re.search(r';keyid="([^"]*)"', rest)
    key = next((one for one in keys if named and one.kid == named[1]), None)
    if key is None:
        raise _refused("key_not_found", "The key of this signature is not in the profile.")
    if (key.kty, key.crv) != ("EC", "P-256"):
        raise _refused("algorithm_unsupported", "Only ES256 signatures are verified.")
    missing = [one for one in must if one not in covered]
    if missing or any(one not in parts for one in covered):
        raise _refused("signature_invalid", f"The signature must cover {', '.join(missing) or 'what is sent'}.")
    if "content-digest" in covered:
        check_digest(parts["content-digest"], body)
    try:
        raw = base64.b64decode(value, validate=True)
        numbers = ec.EllipticCurvePublicNumbers(_number(key.x), _number(key.y), ec.SECP256R1())
        if len(raw) != 2 * SIZE:
            raise _refused("signature_invalid", "A signature is 64 bytes, r and s.")
        made = encode_dss_signature(int.from_bytes(raw[:SIZE], "big"), int.from_bytes(raw[SIZE:], "big"))
        numbers.public_key().verify(made, _base(parts, covered, params), ES256)
    except (InvalidSignature, NotBase64, ValueError):
        raise _refused("signature_invalid", "This signature does not hold.") from None


def check_digest(header: str, body: bytes) -> None:
    """Raises `SignatureRefused` (code "digest_mismatch") when the digest is not the body's."""
    found = _DIGEST.search(header)
    if found is None or f"sha-256=:{found[1]}:" != digest(body):
        raise _refused("digest_mismatch", "The digest is not that of the body.")


def _base(parts: Mapping[str, str], covered: Sequence[str], params: str) -> bytes:
    lines = [f'"{one}": {parts[one].strip()}' for one in covered]
    return "\n".join([*lines, f'"@signature-params": {params}']).encode()


def _refused(code: str, text: str) -> SignatureRefused:
    return SignatureRefused(text, remedy="See RFC 9421 and the profile's keys.", code=code)


def _url64(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).decode().rstrip("=")


def _number(value: str) -> int:
    return int.from_bytes(base64.urlsafe_b64decode(value + "=" * (-len(value) % 4)), "big")
