"""What comes in by form or query, what goes out as JSON or by redirect, and where everything is."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote_plus, urlencode, urlsplit, urlunsplit

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from cabas.kernel.errors import CabasError, Unavailable
from cabas.surfaces.door import TooMany
from cabas.surfaces.link.assertions import ALGORITHMS, TYPE, claimed_id
from cabas.surfaces.link.tokens import ALGORITHM
from cabas.usecases.link.ask import SCOPES
from cabas.usecases.link.clients import OAuthError

BODY_MAX_BYTES, FIELDS_MAX = 16 * 1024, 60
AUTHORIZE, TOKEN, REVOKE, INTROSPECT = "/link/authorize", "/link/token", "/link/revoke", "/link/introspect"
USERINFO, JWKS, ACCOUNT, SIGN_IN = "/link/userinfo", "/link/jwks", "/link", "/link/sign-in"
PASSKEYS, PUSH = "/link/passkeys", "/link/par"
PROVED = ["client_secret_basic", "client_secret_post", "private_key_jwt"]
OPEN = {"access-control-allow-origin": "*"}
NO_STORE = {"cache-control": "no-store", "pragma": "no-cache"}


@dataclass(frozen=True, slots=True)
class Credentials:
    """How a client says who it is; `basic` when by the Authorization header."""

    client_id: str
    secret: str
    basic: bool = False
    assertion: str = ""


async def form(request: Request) -> list[tuple[str, str]]:
    """The fields of a form. Raises `OAuthError` for anything else."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        raise OAuthError("That is no form.", remedy="Send application/x-www-form-urlencoded.")
    return pairs(await request.body())


def pairs(encoded: bytes) -> list[tuple[str, str]]:
    """Fields of a form or query. Raises `OAuthError` when they are too many or no text."""
    try:
        return parse_qsl(encoded.decode("ascii"), keep_blank_values=False, max_num_fields=FIELDS_MAX, errors="strict")
    except ValueError as error:
        raise OAuthError("The fields cannot be read.", remedy="Encode them as UTF-8, percent-encoded.") from error


def credentials(request: Request, fields: Mapping[str, str]) -> Credentials:
    """Who the client says it is. Raises `OAuthError` for two ways at once or a header that cannot be read."""
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    if "client_assertion" in fields:
        if scheme or "client_secret" in fields or fields.get("client_assertion_type") != TYPE:
            raise OAuthError("The client proves itself twice, or in no known way.", remedy="Send one client_assertion.")
        return Credentials(claimed_id(fields), "", assertion=fields["client_assertion"])
    if scheme.lower() != "basic":
        return Credentials(fields.get("client_id", ""), fields.get("client_secret", ""))
    if "client_secret" in fields:
        raise OAuthError("The client proves itself twice.", remedy="Send its secret once.")
    try:
        name, _, secret = base64.b64decode(value.strip(), validate=True).decode("utf-8").partition(":")
    except (binascii.Error, ValueError) as error:
        raise OAuthError("The header cannot be read.", remedy="Send Basic.", code="invalid_client") from error
    client_id = unquote_plus(name)
    if fields.get("client_id", client_id) != client_id:
        raise OAuthError("The client has two ids.", remedy="Send one.")
    return Credentials(client_id, unquote_plus(secret), basic=True)


def refused(error: CabasError, *, basic: bool = False) -> JSONResponse:
    """An error as RFC 6749, 5.2 has it."""
    status, code = 400, error.code
    if isinstance(error, TooMany):
        return JSONResponse({"error": "temporarily_unavailable", "error_description": _ascii(error)}, 429,
                            {**NO_STORE, "retry-after": str(error.seconds)})  # fmt: skip
    if isinstance(error, Unavailable):
        status, code = 503, "temporarily_unavailable"
    elif not isinstance(error, OAuthError):
        code = "invalid_request"
    elif code == "invalid_client":
        status = 401
    challenge = {"www-authenticate": 'Basic realm="link"'} if basic and status == 401 else {}
    body = {"error": code, "error_description": _ascii(error)}
    return JSONResponse(body, status, {**NO_STORE, **OPEN, **challenge})


def back(redirect_uri: str, issuer: str, state: str, **answer: str) -> Response:
    """The browser sent back to the client with an answer, the state, and who answers (RFC 9207)."""
    parts = urlsplit(redirect_uri)
    added = urlencode({**answer, **({"state": state} if state else {}), "iss": issuer})
    query = f"{parts.query}&{added}" if parts.query else added
    address = urlunsplit((parts.scheme, parts.netloc, parts.path, query, ""))
    if "://" not in address and "://" in redirect_uri:  # a private scheme with no host: app://?code=
        address = f"{redirect_uri}{'&' if parts.query else '?'}{added}"
    return RedirectResponse(address, 303, NO_STORE)


def metadata(url: str) -> dict[str, object]:
    """RFC 8414 and OpenID Connect Discovery, in one."""
    return {
        "issuer": url,
        "authorization_endpoint": f"{url}{AUTHORIZE}",
        "token_endpoint": f"{url}{TOKEN}",
        "revocation_endpoint": f"{url}{REVOKE}",
        "introspection_endpoint": f"{url}{INTROSPECT}",
        "userinfo_endpoint": f"{url}{USERINFO}",
        "jwks_uri": f"{url}{JWKS}",
        "scopes_supported": list(SCOPES),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token", "client_credentials"],
        "code_challenge_methods_supported": ["S256"],
        "pushed_authorization_request_endpoint": f"{url}{PUSH}",
        "require_pushed_authorization_requests": False,
        "token_endpoint_auth_methods_supported": [*PROVED, "none"],
        "token_endpoint_auth_signing_alg_values_supported": ALGORITHMS,
        "revocation_endpoint_auth_methods_supported": [*PROVED, "none"],
        "revocation_endpoint_auth_signing_alg_values_supported": ALGORITHMS,
        "introspection_endpoint_auth_methods_supported": PROVED,
        "introspection_endpoint_auth_signing_alg_values_supported": ALGORITHMS,
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": [ALGORITHM],
        "claims_supported": ["sub", "iss", "aud", "exp", "iat", "auth_time", "nonce"],
        "prompt_values_supported": ["none", "login", "consent"],
        "ui_locales_supported": ["fr", "en"],
        "authorization_response_iss_parameter_supported": True,
        "client_id_metadata_document_supported": True,
        "request_parameter_supported": False,
        "request_uri_parameter_supported": False,
    }


def _ascii(error: CabasError) -> str:
    """RFC 6749 allows printable ASCII without quotes and backslashes in a description."""
    return "".join(one if " " <= one <= "~" and one not in '"\\' else "'" for one in str(error))
