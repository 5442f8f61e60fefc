"""WebAuthn by `webauthn` (Duo Labs): `usecases.link.passkeys.Ceremony`, and what browsers are asked for.

The library is imported when it is first needed: most processes never do.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from cabas.usecases.link.passkeys import CHALLENGE_LIFE, Shown
from cabas.usecases.link.ports import Passkey
from cabas.usecases.link.sign_in import NotSignedIn

ANSWER_MAX = 12_000
MILLISECONDS = int(CHALLENGE_LIFE.total_seconds() * 1000)


@dataclass(frozen=True, slots=True)
class WebAuthn:
    """The ceremonies of the shop at `origin`, its public address without a path."""

    origin: str

    @property
    def host(self) -> str:
        """What passkeys are bound to (the relying party's id)."""
        return urlsplit(self.origin).hostname or ""

    @property
    def possible(self) -> bool:
        """Whether browsers bind passkeys to this host: to a name, never to an address."""
        try:
            ip_address(self.host)
        except ValueError:
            return True
        return False

    def ask_for_new(self, challenge: str, shop: str, handle: bytes, name: str, others: Iterable[Passkey]) -> str:
        """What a browser is asked to make a passkey (JSON). `handle` means the shopper to the device, and to nobody
        else; `others` are those there are: a device that has one makes no second.
        """
        import webauthn
        from webauthn.helpers import structs

        options = webauthn.generate_registration_options(
            rp_id=self.host, rp_name=shop, user_id=handle, user_name=name, user_display_name=name,
            challenge=challenge.encode(), timeout=MILLISECONDS,
            exclude_credentials=[structs.PublicKeyCredentialDescriptor(id=one.id) for one in others],
            authenticator_selection=structs.AuthenticatorSelectionCriteria(
                resident_key=structs.ResidentKeyRequirement.REQUIRED,
                user_verification=structs.UserVerificationRequirement.REQUIRED,
            ),
        )  # fmt: skip
        return webauthn.options_to_json(options)

    def ask_to_sign_in(self, challenge: str) -> str:
        """What a browser is asked to sign by any passkey of this shop (JSON)."""
        import webauthn
        from webauthn.helpers import structs

        options = webauthn.generate_authentication_options(
            rp_id=self.host, challenge=challenge.encode(), timeout=MILLISECONDS,
            user_verification=structs.UserVerificationRequirement.REQUIRED,
        )  # fmt: skip
        return webauthn.options_to_json(options)

    def challenge(self, answer: str) -> str:
        """The challenge an answer was made for."""
        from webauthn.helpers import base64url_to_bytes, parse_client_data_json

        with _holding():
            said = json.loads(answer[: ANSWER_MAX + 1])
            client_data = base64url_to_bytes(said["response"]["clientDataJSON"])
            return parse_client_data_json(client_data).challenge.decode("ascii")

    def which(self, answer: str) -> bytes:
        """The id of the passkey that an answer says it is of."""
        from webauthn.helpers import base64url_to_bytes

        with _holding():
            return base64url_to_bytes(json.loads(answer[: ANSWER_MAX + 1])["rawId"])

    def created(self, answer: str, challenge: str) -> Shown:
        """A new passkey."""
        import webauthn

        with _holding():
            found = webauthn.verify_registration_response(
                credential=answer, expected_challenge=challenge.encode(), expected_rp_id=self.host,
                expected_origin=self.origin, require_user_verification=True,
            )  # fmt: skip
        return Shown(found.credential_id, found.sign_count, found.credential_public_key)

    def signed(self, answer: str, challenge: str, passkey: Passkey) -> Shown:
        """The signature of a passkey."""
        import webauthn

        with _holding():
            found = webauthn.verify_authentication_response(
                credential=answer, expected_challenge=challenge.encode(), expected_rp_id=self.host,
                expected_origin=self.origin, credential_public_key=passkey.public_key,
                credential_current_sign_count=passkey.sign_count, require_user_verification=True,
            )  # fmt: skip
        return Shown(passkey.id, found.new_sign_count)


@contextmanager
def _holding() -> Iterator[None]:
    """Whatever is wrong with an answer: nobody is signed in by it."""
    from webauthn.helpers.exceptions import WebAuthnException

    try:
        yield
    except (WebAuthnException, ValueError, TypeError, KeyError, AttributeError, IndexError, RecursionError) as error:
        raise NotSignedIn("The passkey's answer does not hold.", remedy="Try again, or sign in by mail.") from error
