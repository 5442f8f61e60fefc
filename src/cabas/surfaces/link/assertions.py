"""Clients that sign who they are (`private_key_jwt`, RFC 7523), by the keys that their agreement points to."""

from __future__ import annotations

from base64 import urlsafe_b64decode
from collections.abc import Mapping
from json import loads

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from cabas.kernel.errors import CabasError
from cabas.usecases.link.clients import Client, OAuthError
from cabas.usecases.link.ports import ClientDocuments

ALGORITHMS = ["ES256", "PS256", "RS256"]
TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ASSERTION_MAX = 8192


async def signed_claims(client: Client, assertion: str, documents: ClientDocuments) -> Mapping[str, object]:
    """The claims of an assertion that one of the client's keys signed. Raises `OAuthError`."""
    if not client.jwks:
        raise _not("There are no keys of this client.")
    if len(assertion) > ASSERTION_MAX or not assertion.isascii():
        raise _not("It cannot be read.")
    try:
        keys = KeySet.import_key_set(await documents.document(client.jwks))  # type: ignore[arg-type]
        return jwt.decode(assertion, keys, algorithms=ALGORITHMS).claims
    except CabasError as error:
        raise _not("The client's keys cannot be read.") from error
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise _not("No key of the client signed it.") from error


def claimed_id(fields: Mapping[str, str]) -> str:
    """Whom an assertion says it is of, before anything of it is believed; the client_id, when that is sent too."""
    if fields.get("client_id"):
        return fields["client_id"]
    try:
        middle = fields["client_assertion"].split(".")[1]
        return str(loads(urlsafe_b64decode(middle + "=" * (-len(middle) % 4)))["sub"])
    except (ValueError, KeyError, IndexError, TypeError, RecursionError):
        return ""


def _not(why: str) -> OAuthError:
    return OAuthError(f"The client_assertion does not hold. {why}", remedy="Sign a new one.", code="invalid_client")
