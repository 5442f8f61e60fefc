"""Whether Alexa really sent a request: the address of its certificates, the chain, the signature, the time.

Source: "Host a Custom Skill as a Web Service", Alexa Skills Kit. The signature is RSA PKCS #1 v1.5 with SHA-256 over
the raw body (header Signature-256). Nothing of a request is read before the signature holds.
"""

from __future__ import annotations

import base64
import binascii
import os
import posixpath
import re
import ssl
import warnings
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.utils import CryptographyDeprecationWarning
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

from cabas.kernel.errors import Unavailable
from cabas.surfaces.door import Quotas
from cabas.usecases.partners import NotKnown

HOST, FOLDER, SUBJECT = "s3.amazonaws.com", "/echo.api/", "echo-api.amazon.com"
TOLERANCE = timedelta(seconds=150)
ADDRESS_MAX, SIGNATURE_MAX = 500, 1_024
# A chain is checked again after an hour, so that one that ends or is replaced is noticed; few are ever in use.
CHAIN_FRESH, CHAINS_MAX = timedelta(hours=1), 8
# Addresses that were not seen before are asked for at most this often: a stranger cannot make us fetch all day.
FETCHES_PER_MINUTE = 60

Fetch = Callable[[str], Awaitable[bytes]]


class Forged(NotKnown):
    """The request cannot have come from Alexa. Nothing was read or changed."""

    code = "signature_invalid"


def certificate_address(given: str) -> str:
    """The address to fetch, normalized. Raises `Forged` when it is not one of Amazon's for this purpose."""
    try:
        parts = urlsplit(given)
        port = parts.port
    except ValueError:
        raise _forged("The address of the certificates is none.") from None
    strange = len(given) > ADDRESS_MAX or any(one in given for one in "@%\\?#") or not given.isascii()
    path = posixpath.normpath(parts.path)
    fits = parts.scheme == "https" and (parts.hostname or "") == HOST and port in (None, 443)
    if strange or not fits or not path.startswith(FOLDER):
        raise _forged("The certificates are not where Amazon keeps them.")
    return f"https://{HOST}{path}"


def trusted_roots(bundle: str = "") -> tuple[x509.Certificate, ...]:
    """The root certificates of a PEM file: SSL_CERT_FILE, else those of the operating system. Empty without any."""
    path = bundle or os.environ.get("SSL_CERT_FILE") or ssl.get_default_verify_paths().cafile
    if not path or not Path(path).is_file():
        return ()
    blocks = re.findall(rb"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", Path(path).read_bytes(), re.DOTALL)
    roots = []
    with warnings.catch_warnings():
        warnings.simplefilter("error", CryptographyDeprecationWarning)
        for block in blocks:
            with suppress(
                ValueError, CryptographyDeprecationWarning
            ):  # old roots that break RFC 5280 sign nothing here
                roots.append(x509.load_pem_x509_certificate(block))
    return tuple(roots)


@dataclass(slots=True)
class Signatures:
    """Checks requests. `fetch` gets a PEM chain; `roots` are what a chain must lead to (the system's when left out)."""

    fetch: Fetch
    now: Callable[[], datetime]
    roots: Sequence[x509.Certificate] = ()
    quotas: Quotas = field(default_factory=Quotas)
    _keys: OrderedDict[str, tuple[datetime, RSAPublicKey]] = field(default_factory=OrderedDict)

    async def check(self, address: str, signature: str, body: bytes) -> None:
        """Raises `Forged`; `Unavailable` or `TooMany` when the certificates cannot be had now."""
        url = certificate_address(address)
        try:
            signed = base64.b64decode(signature[:SIGNATURE_MAX], validate=True)
        except (binascii.Error, ValueError):
            raise _forged("The signature is not Base64.") from None
        if not signed:
            raise _forged("The request is not signed.")
        key = await self._key(url)
        try:
            key.verify(signed, body, PKCS1v15(), SHA256())
        except InvalidSignature:
            raise _forged("The signature is not that of the body.") from None

    def check_time(self, sent_at: datetime) -> None:
        """Raises `Forged` for a request that is older or younger than `TOLERANCE`."""
        if abs(self.now() - sent_at) > TOLERANCE:
            raise _forged(f"The request is not from the last {TOLERANCE.seconds} s.")

    async def _key(self, url: str) -> RSAPublicKey:
        known, now = self._keys.get(url), self.now()
        if known is not None and now < known[0]:
            self._keys.move_to_end(url)
            return known[1]
        self.quotas.take("certificates", FETCHES_PER_MINUTE)
        if not self.roots:
            self.roots = trusted_roots()
        key, until = key_of_chain(await self.fetch(url), self.roots, now)
        self._keys[url] = (min(now + CHAIN_FRESH, until), key)
        if len(self._keys) > CHAINS_MAX:
            self._keys.popitem(last=False)
        return key


def key_of_chain(pem: bytes, roots: Sequence[x509.Certificate], now: datetime) -> tuple[RSAPublicKey, datetime]:
    """The key of Amazon's signing certificate, and until when it is good. Raises `Forged`, or `Unavailable` without
    roots to trust.
    """
    if not roots:
        raise Unavailable("No root certificates are known.", remedy="Install ca-certificates, or set SSL_CERT_FILE.")
    try:
        chain = x509.load_pem_x509_certificates(pem)
    except ValueError:
        raise _forged("The certificates cannot be read.") from None
    verifier = PolicyBuilder().store(Store(list(roots))).time(now).build_server_verifier(x509.DNSName(SUBJECT))
    try:
        verifier.verify(chain[0], chain[1:])
    except VerificationError as error:
        raise _forged(f"The certificates are not to be trusted: {str(error)[:200]}.") from None
    key = chain[0].public_key()
    if not isinstance(key, RSAPublicKey):
        raise _forged("The certificate has no RSA key.")
    return key, chain[0].not_valid_after_utc


def _forged(what: str) -> Forged:
    return Forged(what, remedy="Only Alexa may call this address.")
