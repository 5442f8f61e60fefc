"""The pages: sign in, say yes or no to a client, see and end what is linked. They work without any script."""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from urllib.parse import urlencode, urlsplit
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from cabas.agreement.agreement import Agreement
from cabas.domain.customer import Shopper
from cabas.kernel.errors import CabasError
from cabas.surfaces.contract import Premises
from cabas.surfaces.door import Quotas
from cabas.surfaces.link.ceremony import WebAuthn
from cabas.surfaces.link.show import language, page, returns_here, trouble
from cabas.surfaces.link.texts import version
from cabas.surfaces.link.wire import ACCOUNT, NO_STORE, SIGN_IN, back, form, pairs
from cabas.usecases.link.ask import Ask, fields, read_ask, returning
from cabas.usecases.link.clients import OAuthError, client_of, live
from cabas.usecases.link.grant import Yes, allow, offer, unlink_client, within
from cabas.usecases.link.passkeys import may_add
from cabas.usecases.link.ports import SESSION, LinkDesk, Ticket
from cabas.usecases.link.push import pushed
from cabas.usecases.link.sign_in import end_session, signed_in

COOKIE, NEXT = "cabas_account", "cabas_next"
NEXT_MAX, NEXT_SECONDS = 3500, 20 * 60
SESSION_SECONDS = 14 * 24 * 3600
FRESH = timedelta(minutes=5)
PAGES_PER_MINUTE = 240.0
DONE = ("unlinked", "passkey_added", "passkey_removed")


@dataclass(frozen=True, slots=True)
class Pages:
    """The pages of one retailer."""

    premises: Premises
    desk: LinkDesk
    quotas: Quotas = field(default_factory=Quotas)

    async def authorize(self, request: Request) -> Response:
        """The consent page, or the way to it. A client that cannot be trusted is told nothing: it is said here."""
        query = request.url.query
        if request.method == "POST":
            return await self._decide(request)
        lang = language(request)
        try:
            self.count(request)
            asked, resources = await self._asked(query)
            lang = language(request, asked.get("ui_locales", ""))
            client = await client_of(self._agreements(), asked.get("client_id", ""), self.desk.documents, self.today)
            redirect = returning(client, asked)
        except CabasError as error:
            return trouble(request, lang, "client", error)
        try:
            ask = read_ask(client, redirect, asked, resources, self.premises.url)
        except OAuthError as error:
            return self._refused(redirect, asked.get("state", ""), error)
        return await self._show(request, ask, query, lang)

    async def _show(self, request: Request, ask: Ask, query: str, lang: str) -> Response:
        who = await self.who(request)
        if "none" in ask.prompt:
            code = "consent_required" if who else "login_required"
            return self._refused(ask.redirect_uri, ask.state, OAuthError("The shopper must be asked.", code=code))
        if who is None or ("login" in ask.prompt and who[1].created_at < self.now - FRESH):
            if len(query) > NEXT_MAX:
                return trouble(request, lang, "too_large", status=414)
            answer = RedirectResponse(f"{SIGN_IN}?{urlencode({'lang': lang})}", 303, NO_STORE)
            return self.remember(answer, NEXT, packed(query), NEXT_SECONDS)
        shopper, session = who
        agreement = self.agreement(ask.client.platform)
        offered = offer(agreement, self.today)
        return page(
            request, "consent", lang, leads_to=ask.redirect_uri,
            platform=ask.client.name if ask.client.public else agreement.names["platform"],
            retailer=agreement.names["retailer"], client=ask.client, ask=query, seal=self.seal(session),
            scopes=sorted(within(offered, ask.scopes)), offer=offered, shopper=shopper,
            demo=session.about.get("how") == "demo", here=returns_here(ask.redirect_uri),
            site=urlsplit(ask.redirect_uri).hostname,
        )  # fmt: skip

    async def _decide(self, request: Request) -> Response:
        lang = language(request)
        try:
            self.count(request)
            given = await form(request)
            said = dict(given)
            lang = language(request, said.get("lang", ""))
            asked, resources = await self._asked(said.get("ask", ""))
            client = await client_of(self._agreements(), asked.get("client_id", ""), self.desk.documents, self.today)
            redirect = returning(client, asked)
        except CabasError as error:
            return trouble(request, lang, "client", error)
        who = await self.who(request)
        if who is None or not hmac.compare_digest(self.seal(who[1]).encode(), said.get("seal", "").encode()):
            return trouble(request, lang, "expired", status=403)
        try:
            await self._asked(said["ask"], answered=True)
        except CabasError as error:
            return trouble(request, lang, "expired", error)
        if said.get("decision") != "allow":
            no = OAuthError("The shopper said no.", code="access_denied")
            return self._refused(redirect, asked.get("state", ""), no)
        try:
            ask = read_ask(client, redirect, asked, resources, self.premises.url)
            ticked = frozenset(value for name, value in given if name == "purpose")
            yes = Yes(who[0], ticked, version(lang), who[1].created_at)
            code = await allow(self.desk, self.agreement(client.platform), ask, yes, self.now)
        except OAuthError as error:
            return self._refused(redirect, asked.get("state", ""), error)
        return back(redirect, self.premises.url, ask.state, code=code)

    async def _asked(self, query: str, *, answered: bool = False) -> tuple[dict[str, str], tuple[str, ...]]:
        """What a client asks for in a query, or pushed before. Raises `OAuthError`."""
        named = fields(pairs(query.encode()))
        return await pushed(self.desk, self.premises.retailer, *named, self.now, answered=answered)

    async def account(self, request: Request) -> Response:
        """What is linked, and where the shopper is signed in."""
        who, lang = await self.who(request), language(request)
        if who is None:
            return RedirectResponse(f"{SIGN_IN}?{urlencode({'lang': lang})}", 303, NO_STORE)
        shopper, session = who
        links = await self.desk.links.links(self.premises.retailer, shopper.id)
        latest = {link.client_id: link for link in reversed(links)}
        sessions = await self.desk.links.tickets(self.premises.retailer, shopper.id, SESSION, self.now)
        stores = await self.premises.front.desk.shop.stores(self.premises.retailer)
        zone = ZoneInfo(stores[0].timezone if stores else "UTC")
        return page(
            request, "account", lang, zone=zone, shopper=shopper, own=session, sessions=sessions,
            links=sorted(latest.values(), key=lambda one: one.created_at, reverse=True),
            done=_done(request), demo=session.about.get("how") == "demo", script=True,
            passkeys=await self.desk.passkeys.of(self.premises.retailer, shopper.id), fresh=may_add(session, self.now),
            possible=WebAuthn(self.premises.url).possible,
        )  # fmt: skip

    async def unlink(self, request: Request) -> Response:
        """End every link with a client, at once."""
        said, who = dict(await form(request)), await self.who(request)
        if who is None:
            return RedirectResponse(SIGN_IN, 303, NO_STORE)
        await unlink_client(self.desk, self.premises.retailer, who[0].id, said.get("client", ""), self.now)
        return RedirectResponse(f"{ACCOUNT}?unlinked=1", 303, NO_STORE)

    async def end(self, request: Request) -> Response:
        """End a session, this one or another of the shopper's."""
        said, who = dict(await form(request)), await self.who(request)
        if who is not None:
            await self._end(who[0], said.get("session", ""))
        return RedirectResponse(ACCOUNT, 303, NO_STORE)

    async def sign_out(self, request: Request) -> Response:
        """End this session; what was being asked for goes on after signing in anew."""
        who = await self.who(request)
        if who is not None:
            await self._end(who[0], who[1].hash.hex())
        answer = RedirectResponse(SIGN_IN, 303, NO_STORE)
        answer.delete_cookie(COOKIE, path="/")
        return answer

    async def _end(self, shopper: Shopper, session: str) -> None:
        try:
            hashed = bytes.fromhex(session)
        except ValueError:
            return
        await end_session(self.desk, self.premises.retailer, shopper.id, hashed, self.now)

    @property
    def now(self) -> datetime:
        """The present moment."""
        return self.premises.clock.now()

    @property
    def today(self) -> date:
        """Today, in UTC."""
        return self.now.date()

    def agreement(self, platform: str) -> Agreement:
        """The agreement of a platform that is live today. Its client was found in it before."""
        return next(one for one in live(self._agreements(), self.today) if one.platform == platform)

    def _agreements(self) -> tuple[Agreement, ...]:
        return self.premises.agreements()

    async def who(self, request: Request) -> tuple[Shopper, Ticket] | None:
        """Who is signed in."""
        return await signed_in(self.desk, self.premises.retailer, request.cookies.get(COOKIE, ""), self.now)

    def seal(self, session: Ticket) -> str:
        """What the consent page's form must bring back: nobody can guess it for a session of another's."""
        return hmac.digest(self.premises.secret, b"cabas link consent\n" + session.hash, "sha256").hex()

    def count(self, request: Request, per_minute: float = PAGES_PER_MINUTE, what: str = "") -> None:
        """Count a request of an address. Raises `TooMany`."""
        if not self.premises.testing:
            self.quotas.take(f"{what} {request.client.host if request.client else ''}", per_minute)

    def remember(self, answer: Response, name: str, value: str, seconds: int) -> Response:
        """A cookie no script reads and no other site's form sends."""
        secure = self.premises.url.startswith("https://")
        answer.set_cookie(name, value, seconds, path="/", secure=secure, httponly=True, samesite="lax")
        return answer

    def _refused(self, redirect: str, state: str, error: OAuthError) -> Response:
        return back(redirect, self.premises.url, state, error=error.code, error_description=str(error))


def _done(request: Request) -> str:
    """What was just done, as the account's page says it."""
    return next((one for one in DONE if one in request.query_params), "")


def packed(query: str) -> str:
    """What was asked for, as a cookie can hold it."""
    return urlsafe_b64encode(query.encode()).decode().rstrip("=")


def unpacked(cookie: str) -> str:
    """What was packed; empty for anything else."""
    try:
        return urlsafe_b64decode(cookie + "=" * (-len(cookie) % 4)).decode("ascii")
    except ValueError:
        return ""
