"""A device with passkeys, in software: makes keys and signs as a browser would, and wrongly when told to."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from webauthn.helpers import bytes_to_base64url

PRESENT, VERIFIED, NEW = 0x01, 0x04, 0x40


@dataclass
class Device:
    """One passkey. `origin` is the page it believes to be on; `count` goes up by one with each signature."""

    origin: str
    count: int = 0
    flags: int = PRESENT | VERIFIED
    id: bytes = b"a passkey of the tests"
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def create(self, options: dict[str, Any], **changes: Any) -> str:
        """The answer to options for a new passkey; `changes` of what the browser says of the page."""
        point = self.key.public_key().public_numbers()
        cose = cbor2.dumps({1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32), -3: point.y.to_bytes(32)})
        made = b"\0" * 16 + len(self.id).to_bytes(2) + self.id + cose
        data = self._data(options["rp"]["id"], self.flags | NEW) + made
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        said = self._said("webauthn.create", options, changes)
        return self._answer({"clientDataJSON": said, "attestationObject": attestation})

    def get(self, options: dict[str, Any], **changes: Any) -> str:
        """The answer to options for signing in."""
        self.count += 1
        said, data = self._said("webauthn.get", options, changes), self._data(options["rpId"], self.flags)
        signature = self.key.sign(data + hashlib.sha256(said).digest(), ec.ECDSA(hashes.SHA256()))
        return self._answer({"clientDataJSON": said, "authenticatorData": data, "signature": signature})

    def _said(self, kind: str, options: dict[str, Any], changes: dict[str, Any]) -> bytes:
        page = {"type": kind, "challenge": options["challenge"], "origin": self.origin, "crossOrigin": False}
        return json.dumps(page | changes).encode()

    def _data(self, host: str, flags: int) -> bytes:
        mine = urlsplit(self.origin).hostname or host
        return hashlib.sha256(mine.encode()).digest() + bytes([flags]) + self.count.to_bytes(4)

    def _answer(self, response: dict[str, bytes]) -> str:
        shown = {name: bytes_to_base64url(value) for name, value in response.items()}
        ident = bytes_to_base64url(self.id)
        return json.dumps({"id": ident, "rawId": ident, "type": "public-key", "response": shown,
                           "clientExtensionResults": {}})  # fmt: skip
