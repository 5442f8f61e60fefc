"""Alexa's certificates as Amazon serves them: a leaf for echo-api.amazon.com, an intermediate authority, a root."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from functools import cache

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from cabas.surfaces.alexa.signed import SUBJECT, Forged, Signatures, key_of_chain
from support.amazon import ADDRESS, FROM, UNTIL, Bucket, a_key, pem, root, signature

NOW = FROM + timedelta(days=300)
SIGNING = x509.KeyUsage(
    digital_signature=True, content_commitment=False, key_encipherment=False, data_encipherment=False,
    key_agreement=False, key_cert_sign=True, crl_sign=True, encipher_only=False, decipher_only=False,
)  # fmt: skip


def a_name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


@cache
def certificate(
    key: str, issuer: str, *, host: str = "", named: bool = True, authority: bool = False, ends: datetime = UNTIL,
    subject: str = "",
) -> x509.Certificate:  # fmt: skip
    """The certificate of `key`, signed by the key `issuer`: an authority's, or a server's of `host`."""
    signer = a_key("Root of the tests" if issuer == "root" else issuer)
    by = root().subject if issuer == "root" else a_name(subject or issuer)
    made = (
        x509.CertificateBuilder()
        .subject_name(a_name(host or key))
        .issuer_name(by)
        .public_key(a_key(key).public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(FROM)
        .not_valid_after(ends)
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(a_key(key).public_key()), critical=False)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
    )
    if authority:
        made = made.add_extension(SIGNING, critical=True)
    if host and named:
        made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
    return made.sign(signer, hashes.SHA256())


def middle(*, authority: bool = True, ends: datetime = UNTIL) -> x509.Certificate:
    return certificate("intermediate", "root", authority=authority, ends=ends)


def server(*, host: str = SUBJECT, named: bool = True, ends: datetime = UNTIL) -> x509.Certificate:
    return certificate("leaf", "intermediate", host=host, named=named, ends=ends)


@pytest.mark.parametrize("last", [(), (root(),)], ids=["without the root", "with the root"])
def test_a_chain_of_three_is_believed(last: tuple[x509.Certificate, ...]) -> None:
    key, until = key_of_chain(pem(server(), middle(), *last), [root()], NOW)
    assert (key.public_numbers(), until) == (a_key("leaf").public_key().public_numbers(), UNTIL)


OVER = NOW - timedelta(days=1)
BAD = {
    "the intermediate is missing": (server(),),
    "wrong order": (middle(), server()),
    "wrong name": (server(host="echo-api.evil.example"), middle()),
    "a name below it": (server(host=f"x.{SUBJECT}"), middle()),
    "the name as common name only": (server(named=False), middle()),
    "the leaf is over": (server(ends=OVER), middle()),
    "the intermediate is over": (server(), middle(ends=OVER)),
    "the intermediate is no authority": (server(), middle(authority=False)),
    "self-signed": (certificate("leaf", "leaf", host=SUBJECT, subject=SUBJECT),),
    "self-signed beside a good chain": (certificate("leaf", "leaf", host=SUBJECT, subject=SUBJECT), middle(), root()),
    "signed by a good leaf": (certificate("other", "leaf", host=SUBJECT, subject=SUBJECT), server(), middle()),
    "nothing": (),
}


@pytest.mark.parametrize("why", BAD)
def test_a_bad_chain_of_three_is_not_believed(why: str) -> None:
    with pytest.raises(Forged):
        key_of_chain(pem(*BAD[why]), [root()], NOW)


def test_a_request_signed_by_the_leaf_of_a_chain_of_three_is_alexas() -> None:
    bucket = Bucket({ADDRESS: pem(server(), middle())})
    checks = Signatures(bucket.get, lambda: NOW, [root()])
    asyncio.run(checks.check(ADDRESS, signature(b"{}", a_key("leaf")), b"{}"))
    with pytest.raises(Forged, match="not that of the body"):
        asyncio.run(checks.check(ADDRESS, signature(b"{}", a_key("intermediate")), b"{}"))
