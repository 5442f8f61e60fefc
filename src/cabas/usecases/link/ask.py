"""What a client asks for when it sends a shopper here: read, and held to the rules of OAuth 2.1."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from cabas.usecases.link.clients import Client, OAuthError

# scope -> what it is for; `history` is only given with the purpose personal_results.
SCOPES = {
    "openid": "an id of the shopper for this platform",
    "shop": "shop in the shopper's name",
    "history": "what the shopper usually buys",
    "dev.ucp.shopping.order:read": "read the orders placed through this platform",
    "dev.ucp.shopping.checkout:manage": "prepare and place orders",
}
USUAL_SCOPE = "shop"
VALUE_MAX, RESOURCES_MAX = 2000, 5
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")

Pairs = Iterable[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Ask:
    """An authorization request that may be shown to the shopper."""

    client: Client
    redirect_uri: str
    state: str
    scopes: frozenset[str]
    challenge: str
    resources: tuple[str, ...] = ()
    nonce: str = ""
    prompt: frozenset[str] = frozenset()


def fields(pairs: Pairs) -> tuple[dict[str, str], tuple[str, ...]]:
    """Fields by name, and the resources, which alone may be repeated. Raises `OAuthError`."""
    found: dict[str, str] = {}
    resources: list[str] = []
    for name, value in pairs:
        if len(value) > VALUE_MAX:
            raise OAuthError(f"{name[:40]} is too long.", remedy=f"Send at most {VALUE_MAX} characters.")
        if name == "resource":
            resources.append(value)
        elif name in found:
            raise OAuthError(f"{name[:40]} is there twice.", remedy="Send every field once.")
        else:
            found[name] = value
    if len(resources) > RESOURCES_MAX:
        raise OAuthError("There are too many resources.", remedy=f"Name at most {RESOURCES_MAX}.")
    return found, tuple(dict.fromkeys(resources))


def returning(client: Client, asked: dict[str, str]) -> str:
    """The address the answer goes to. Raises `OAuthError`: then nothing may be sent anywhere but shown here."""
    redirect = asked.get("redirect_uri", "")
    if not redirect or not client.returns_to(redirect):
        raise OAuthError(
            "The address to return to is not one of this client.", remedy="Send redirect_uri exactly as registered."
        )
    return redirect


def read_ask(client: Client, redirect: str, asked: dict[str, str], resources: tuple[str, ...], url: str) -> Ask:
    """The request of `client`, whose answer goes to `redirect`. `url` is the retailer's. Raises `OAuthError`."""
    if asked.get("response_type") != "code":
        raise OAuthError("Only codes are given.", remedy="Send response_type=code.", code="unsupported_response_type")
    if asked.get("response_mode", "query") != "query":
        raise OAuthError("The answer is given in the query only.", remedy="Leave response_mode out.")
    for name in ("request", "request_uri"):
        if name in asked:
            raise OAuthError(
                "Requests are not read from tokens.", remedy="Send plain fields.", code=f"{name}_not_supported"
            )
    if not (asked.get("state", "") + asked.get("nonce", "")).isprintable():
        raise OAuthError("The state or nonce cannot be kept.", remedy="Send printable characters.")
    if asked.get("code_challenge_method") != "S256" or not _CHALLENGE.fullmatch(asked.get("code_challenge", "")):
        raise OAuthError("PKCE is needed.", remedy="Send code_challenge with code_challenge_method=S256.")
    return Ask(
        client=client,
        redirect_uri=redirect,
        state=asked.get("state", ""),
        scopes=scopes(asked.get("scope", "")),
        challenge=asked["code_challenge"],
        resources=audiences(resources, url),
        nonce=asked.get("nonce", ""),
        prompt=frozenset(asked.get("prompt", "").split()),
    )


def scopes(text: str) -> frozenset[str]:
    """The scopes of a request that are known here; "shop" when it names none. Raises `OAuthError`."""
    known = frozenset(text.split()) & SCOPES.keys()
    if text.strip() and not known:
        raise OAuthError("None of these scopes is known.", remedy=f"Ask for {' '.join(SCOPES)}.", code="invalid_scope")
    return known or frozenset({USUAL_SCOPE})


def audiences(resources: tuple[str, ...], url: str) -> tuple[str, ...]:
    """The resources, each an address of ours (RFC 8707). Raises `OAuthError` with code "invalid_target"."""
    for one in resources:
        if (one != url and not one.startswith(f"{url}/")) or "#" in one or "?" in one or not one.isprintable():
            raise OAuthError("A resource is none of ours.", remedy=f"Name addresses at {url}.", code="invalid_target")
    return tuple(one.rstrip("/") for one in resources)
