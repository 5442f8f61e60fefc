"""What clients call: tokens for codes, revocation, introspection, who the shopper is, keys and metadata."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from cabas.kernel.errors import CabasError
from cabas.surfaces.contract import Premises
from cabas.surfaces.door import Quotas, credential
from cabas.surfaces.link.assertions import signed_claims
from cabas.surfaces.link.tokens import ACCESS, ACCESS_LIFE, IDENTITY, IDENTITY_LIFE, LinkedTokens, Signer
from cabas.surfaces.link.wire import NO_STORE, OPEN, TOKEN, Credentials, credentials, form, metadata, refused
from cabas.usecases.checkout.events import pairwise_id
from cabas.usecases.link.ask import fields, read_ask, returning
from cabas.usecases.link.clients import Client, OAuthError, authenticate, authenticate_signed, client_of
from cabas.usecases.link.grant import unlink
from cabas.usecases.link.ports import Link, LinkDesk
from cabas.usecases.link.push import PUSHED_LIFE, push
from cabas.usecases.link.redeem import Counter, Redeemed, held_link, redeem_code, redeem_own, redeem_refresh

PER_MINUTE = 600.0
Fields = dict[str, str]
Resources = tuple[str, ...]
Answer = Callable[[Client, Fields, Resources], Awaitable[dict[str, object]]]


@dataclass(frozen=True, slots=True)
class Endpoints:
    """The endpoints of one retailer."""

    premises: Premises
    desk: LinkDesk
    quotas: Quotas = field(default_factory=Quotas)

    @property
    def signer(self) -> Signer:
        """Who signs."""
        return Signer(self.premises.secret, self.premises.url)

    @property
    def tokens(self) -> LinkedTokens:
        """Who reads."""
        return LinkedTokens(self.desk.links, self.premises.retailer, self.signer, self.premises.clock)

    async def about(self, request: Request) -> Response:
        """The metadata."""
        return JSONResponse(metadata(self.premises.url), headers={**OPEN, "cache-control": "max-age=3600"})

    async def jwks(self, request: Request) -> Response:
        """The public keys."""
        keys = self.signer.public(self.premises.clock.now())
        return JSONResponse(keys, headers={**OPEN, "cache-control": "max-age=3600"})

    async def token(self, request: Request) -> Response:
        """Tokens for a code or a refresh token."""
        return await self._answer(request, self._token)

    async def revoke(self, request: Request) -> Response:
        """RFC 7009: the end of a link, by any token of it. A token nobody knows is fine."""
        return await self._answer(request, self._revoke)

    async def introspect(self, request: Request) -> Response:
        """RFC 7662, for the client the token was given to: whether it is good, and for what."""
        return await self._answer(request, self._introspect)

    async def userinfo(self, request: Request) -> Response:
        """OpenID: who the shopper is, which is a pairwise id and no more."""
        try:
            found = await self.tokens.behind(credential(request.headers))
        except CabasError as error:
            return refused(error)
        if found is None or "openid" not in str(found[0].get("scope", "")).split():
            wrong = "invalid_token" if found is None else "insufficient_scope"
            challenge = {"www-authenticate": f'Bearer error="{wrong}"', **NO_STORE}
            return JSONResponse({"error": wrong}, 401 if found is None else 403, challenge)
        return JSONResponse({"sub": found[0]["sub"]}, headers=NO_STORE)

    async def _answer(self, request: Request, answer: Answer, status: int = 200) -> Response:
        shown = Credentials("", "")
        try:
            if not self.premises.testing:
                self.quotas.take(request.client.host if request.client else "", PER_MINUTE)
            asked, resources = fields(await form(request))
            shown = credentials(request, asked)
            now = self.premises.clock.now()
            client = await client_of(self.premises.agreements(), shown.client_id, self.desk.documents, now.date())
            await self._prove(request, client, shown)
            return JSONResponse(await answer(client, asked, resources), status, {**NO_STORE, **OPEN})
        except CabasError as error:
            basic = request.headers.get("authorization", "").lower().startswith("basic")
            return refused(error, basic=basic)

    async def _prove(self, request: Request, client: Client, shown: Credentials) -> None:
        """Hold the client to its secret or its signature. Raises `OAuthError`."""
        retailer, now = self.premises.retailer, self.premises.clock.now()
        if not shown.assertion:
            await authenticate(client, self.premises.keys, retailer, shown.secret, now)
            return
        claims = await signed_claims(client, shown.assertion, self.desk.documents)
        here = frozenset({self.premises.url, f"{self.premises.url}{TOKEN}", f"{self.premises.url}{request.url.path}"})
        await authenticate_signed(self.desk, retailer, client, claims, here, now)

    async def push(self, request: Request) -> Response:
        """RFC 9126: an authorization request sent beforehand."""
        return await self._answer(request, self._push, 201)

    async def _push(self, client: Client, asked: Fields, resources: Resources) -> dict[str, object]:
        read_ask(client, returning(client, asked), asked, resources, self.premises.url)
        name = await push(self.desk, self.premises.retailer, client, asked, resources, self.premises.clock.now())
        return {"request_uri": name, "expires_in": int(PUSHED_LIFE.total_seconds())}

    async def _token(self, client: Client, asked: Fields, resources: Resources) -> dict[str, object]:
        at, kind = self._counter(), asked.get("grant_type", "")
        if kind == "authorization_code":
            redirect, verifier = asked.get("redirect_uri", ""), asked.get("code_verifier", "")
            redeemed = await redeem_code(at, client, asked.get("code", ""), redirect, verifier, resources)
        elif kind == "refresh_token":
            token, scope = asked.get("refresh_token", ""), asked.get("scope", "")
            redeemed = await redeem_refresh(at, client, token, scope, resources)
        elif kind == "client_credentials":
            redeemed = await redeem_own(at, client, asked.get("scope", ""), resources)
        else:
            raise OAuthError(
                "This grant is not given.", remedy="Bring a code or a refresh token.", code="unsupported_grant_type"
            )
        return await self._issued(client, redeemed)

    async def _issued(self, client: Client, redeemed: Redeemed) -> dict[str, object]:
        now, link = self.premises.clock.now(), redeemed.link
        scope, sub = " ".join(sorted(redeemed.scopes)), await self._subject(link)
        claims = {
            "sub": sub, "aud": list(redeemed.resources) or [self.premises.url], "client_id": client.id,
            "scope": scope, "jti": self.desk.new_id(), "link": link.id,
        }  # fmt: skip
        answer: dict[str, object] = {
            "access_token": self.signer.sign(ACCESS, claims, now, ACCESS_LIFE),
            "token_type": "Bearer",
            "expires_in": int(ACCESS_LIFE.total_seconds()),
            "scope": scope,
        }
        answer |= {"refresh_token": redeemed.refresh} if redeemed.refresh else {}
        if "openid" in redeemed.scopes:
            who = {"sub": sub, "aud": client.id, "auth_time": redeemed.auth_time}
            who |= {"nonce": redeemed.nonce} if redeemed.nonce else {}
            answer["id_token"] = self.signer.sign(IDENTITY, who, now, IDENTITY_LIFE)
        return answer

    async def _revoke(self, client: Client, asked: Fields, resources: Resources) -> dict[str, object]:
        link = await self._link(client, _token_of(asked))
        if link is not None:
            await unlink(self.desk, self.premises.retailer, link, self.premises.clock.now(), "revoked")
        return {}

    async def _introspect(self, client: Client, asked: Fields, resources: Resources) -> dict[str, object]:
        if client.public:
            raise OAuthError("Only clients with a secret may ask.", remedy="Use the token.", code="invalid_client")
        token = _token_of(asked)
        found = await self.tokens.behind(token)
        if found is not None and found[1].client_id == client.id:
            named = ("iss", "sub", "aud", "client_id", "scope", "iat", "exp", "jti")
            return {"active": True, "token_type": "Bearer", **{name: found[0][name] for name in named}}
        return {"active": False}

    async def _link(self, client: Client, token: str) -> Link | None:
        """The link of this client that a token, of either kind, belongs to."""
        found = await self.tokens.behind(token)
        if found is not None:
            return found[1] if found[1].client_id == client.id else None
        return await held_link(self._counter(), client, token)

    async def _subject(self, link: Link) -> str:
        if not link.shopper_id:
            return link.client_id
        shopper = await self.desk.shoppers.shopper(self.premises.retailer, link.shopper_id)
        return pairwise_id(self.premises.front.desk.pairwise_key, link.sector, shopper)

    def _counter(self) -> Counter:
        return Counter(self.desk, self.premises.retailer, self.premises.url, self.premises.clock.now())


def _token_of(asked: Fields) -> str:
    if not asked.get("token"):
        raise OAuthError("There is no token.", remedy="Send token.")
    return asked["token"]
