"""RFC 9421 signatures as UCP wants them, held against the examples' rules and a library that is not ours."""

from __future__ import annotations

import base64
import hashlib

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from hypothesis import given
from hypothesis import strategies as st

from cabas.surfaces.ucp.signing import ALWAYS, ES256, SignatureRefused, check_digest, digest, key_of, sign, verify
from cabas.surfaces.ucp.wire import Jwk

KEY = key_of(b"ours")
JWK = msgspec.convert(dict(KEY.public), Jwk)
PARTS = {
    "@method": "POST",
    "@authority": "shop.example",
    "@path": "/ucp/carts",
    "ucp-agent": 'profile="https://a.example"',
}


def test_a_key_follows_from_the_secret() -> None:
    assert key_of(b"ours").public == KEY.public
    assert key_of(b"others").public != KEY.public
    named = hashlib.sha256(f'{{"crv":"P-256","kty":"EC","x":"{JWK.x}","y":"{JWK.y}"}}'.encode()).digest()
    assert KEY.kid == base64.urlsafe_b64encode(named).decode().rstrip("=")


def test_the_base_is_that_of_the_rfc() -> None:
    made = sign(KEY, PARTS, (*ALWAYS, "ucp-agent"))
    params = f'("@method" "@authority" "@path" "ucp-agent");keyid="{KEY.kid}"'
    assert made["signature-input"] == f"sig1={params}"
    raw = base64.b64decode(made["signature"].removeprefix("sig1=:").removesuffix(":"))
    base = (
        '"@method": POST\n"@authority": shop.example\n"@path": /ucp/carts\n"ucp-agent": profile="https://a.example"\n'
        f'"@signature-params": {params}'
    )
    point = ec.EllipticCurvePublicNumbers(
        *(int.from_bytes(base64.urlsafe_b64decode(one + "=" * (-len(one) % 4)), "big") for one in (JWK.x, JWK.y)),
        ec.SECP256R1(),
    )
    signed = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    point.public_key().verify(signed, base.encode(), ES256)  # raises when it does not hold


@given(st.sampled_from([*ALWAYS, "ucp-agent"]), st.text(min_size=1, max_size=20))
def test_what_is_covered_cannot_be_changed(name: str, value: str) -> None:
    made = sign(KEY, PARTS, (*ALWAYS, "ucp-agent"))
    changed = {**PARTS, **made, name: value}
    if value.strip() == PARTS[name]:
        verify([JWK], changed, b"", ALWAYS)
        return
    with pytest.raises(SignatureRefused) as refused:
        verify([JWK], changed, b"", ALWAYS)
    assert refused.value.code == "signature_invalid"


@given(st.binary(max_size=200), st.binary(max_size=200))
def test_a_digest_is_of_one_body(body: bytes, other: bytes) -> None:
    check_digest(digest(body), body)
    if body != other:
        with pytest.raises(SignatureRefused) as refused:
            check_digest(digest(body), other)
        assert refused.value.code == "digest_mismatch"


@pytest.mark.parametrize(
    ("changes", "keys", "code"),
    [
        ({"signature": ""}, [JWK], "signature_missing"),
        ({"signature": "sig2=:AAAA:"}, [JWK], "signature_missing"),
        ({"signature": "sig1=:AAAA:"}, [JWK], "signature_invalid"),
        ({"signature-input": "nonsense"}, [JWK], "signature_missing"),
        ({}, [], "key_not_found"),
        ({}, [Jwk(KEY.kid, "OKP", "Ed25519", "AA")], "algorithm_unsupported"),
        ({}, [Jwk(KEY.kid, "EC", "P-256", "AA", "AA")], "signature_invalid"),
        ({}, [Jwk(KEY.kid, "EC", "P-256", "not base64 at all!", "")], "signature_invalid"),
    ],
)
def test_each_way_to_be_wrong_has_its_code(changes: dict[str, str], keys: list[Jwk], code: str) -> None:
    with pytest.raises(SignatureRefused) as refused:
        verify(keys, {**PARTS, **sign(KEY, PARTS, ALWAYS), **changes}, b"", ALWAYS)
    assert refused.value.code == code


def test_what_must_be_covered_must_be() -> None:
    with pytest.raises(SignatureRefused, match="ucp-agent"):
        verify([JWK], {**PARTS, **sign(KEY, PARTS, ALWAYS)}, b"", (*ALWAYS, "ucp-agent"))


@given(st.text(max_size=200), st.text(max_size=200))
def test_no_header_breaks_it(given_input: str, given_value: str) -> None:
    with pytest.raises(SignatureRefused):
        verify([JWK], {**PARTS, "signature-input": given_input, "signature": given_value}, b"", ALWAYS)
