"""The pages by which a shopper signs in: a link by mail, the retailer's own provider, or, in the demo, a choice."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from cabas.domain.customer import Shopper
from cabas.kernel.errors import CabasError, InvalidInput, NotAllowed
from cabas.surfaces.link.ceremony import WebAuthn
from cabas.surfaces.link.pages import COOKIE, NEXT, SESSION_SECONDS, Pages, packed, unpacked
from cabas.surfaces.link.show import language, page, trouble
from cabas.surfaces.link.texts import text
from cabas.surfaces.link.wire import ACCOUNT, AUTHORIZE, NO_STORE, SIGN_IN, form, pairs
from cabas.usecases.link.clients import client_of
from cabas.usecases.link.ports import IdentityProvider, Letter, LinkDesk
from cabas.usecases.link.sign_in import address, ask_by_mail, come_as_guest, come_by_mail, come_by_provider

MAILS_PER_MINUTE = 12.0
PROVIDER = "cabas_provider"
PROVIDER_SECONDS = 10 * 60


@dataclass(frozen=True, slots=True)
class Entry:
    """The ways in."""

    pages: Pages

    @property
    def desk(self) -> LinkDesk:
        """The ports."""
        return self.pages.desk

    async def home(self, request: Request) -> Response:
        """The form."""
        return await self._form(request, language(request))

    async def mail(self, request: Request) -> Response:
        """The letter is sent after the answer, which is the same for everybody: no one learns who has an account."""
        lang = language(request)
        try:
            self.pages.count(request, MAILS_PER_MINUTE, "mail")
            said = dict(await form(request))
            lang = language(request, said.get("lang", ""))
            email = address(said.get("email", ""))
            retailer = self.pages.premises.retailer

            def write(secret: str, shopper: Shopper) -> Letter:
                link = f"{self.pages.premises.url}{SIGN_IN}/arrive?{urlencode({'ticket': secret, 'lang': lang})}"
                words = {"retailer": self.shop(), "link": link}
                return Letter(email, text(lang, "letter.subject", **words), text(lang, "letter.text", **words))

            letter = await ask_by_mail(self.desk, retailer, email, self.pages.now, write)
        except InvalidInput as error:
            if error.code == "email":
                return await self._form(request, lang, wrong=True, email=said.get("email", "")[:254])
            return trouble(request, lang, "unavailable", error)
        except CabasError as error:
            return trouble(request, lang, "unavailable", error)
        answer = page(request, "sent", lang, email=email)
        answer.background = BackgroundTask(self._send, letter) if letter is not None else None
        return answer

    async def _send(self, letter: Letter) -> None:
        try:
            await self.desk.mail.send(letter)
        except CabasError:  # the shopper asks again; `cabas doctor` says what is wrong with the mail
            return

    async def arrive(self, request: Request) -> Response:
        """The link of the letter: a button, so that a mail scanner that opens links does not use it up."""
        lang = language(request)
        if request.method == "GET":
            return page(request, "arrive", lang, ticket=request.query_params.get("ticket", "")[:200])
        try:
            self.pages.count(request)
            secret = dict(await form(request)).get("ticket", "")
            agent = request.headers.get("user-agent", "")
            session = await come_by_mail(self.desk, self.pages.premises.retailer, secret, agent, self.pages.now)
        except CabasError as error:
            return trouble(request, lang, "used", error, 403)
        return self.come_in(request, session)

    async def guest(self, request: Request) -> Response:
        """A shopper of the demo, without proof. There are none in a real shop."""
        lang = language(request)
        try:
            chosen, agent = dict(await form(request)).get("shopper", ""), request.headers.get("user-agent", "")
            session = await come_as_guest(self.desk, self.pages.premises.retailer, chosen, agent, self.pages.now)
        except CabasError as error:
            return trouble(request, lang, "used", error, 403)
        return self.come_in(request, session)

    async def away(self, request: Request) -> Response:
        """To the retailer's own provider, with what is needed to know the answer again in a cookie."""
        lang, provider = language(request), self.desk.provider
        if provider is None:
            return trouble(request, lang, "provider", status=404)
        state, nonce, verifier = (self.desk.new_secret() for _ in range(3))
        try:
            self.pages.count(request)
            where = await provider.start(self._return(), state, nonce, verifier)
        except CabasError as error:
            return trouble(request, lang, "provider", error, 503)
        kept = urlencode({"state": state, "nonce": nonce, "verifier": verifier})
        return self.pages.remember(RedirectResponse(where, 303, NO_STORE), PROVIDER, packed(kept), PROVIDER_SECONDS)

    async def returned(self, request: Request) -> Response:
        """Back from the provider."""
        lang, provider = language(request), self.desk.provider
        try:
            kept = dict(pairs(unpacked(request.cookies.get(PROVIDER, "")).encode()))
            asked = dict(pairs(request.url.query.encode()))
            if provider is None or not kept or asked.get("state") != kept.get("state"):
                return trouble(request, lang, "expired", status=403)
            session = await self._known(provider, asked, kept, request)
        except NotAllowed as error:
            known = "no_account" if error.code == "no_account" else "provider"
            return trouble(request, lang, known, error, 403)
        except CabasError as error:
            return trouble(request, lang, "provider", error, 503)
        answer = self.come_in(request, session)
        answer.delete_cookie(PROVIDER, path="/")
        return answer

    async def _known(
        self, provider: IdentityProvider, asked: dict[str, str], kept: dict[str, str], request: Request
    ) -> str:
        email = await provider.finish(self._return(), asked.get("code", ""), kept["nonce"], kept["verifier"])
        agent = request.headers.get("user-agent", "")
        return await come_by_provider(self.desk, self.pages.premises.retailer, email, agent, self.pages.now)

    def _return(self) -> str:
        return f"{self.pages.premises.url}{SIGN_IN}/provider/back"

    async def _form(self, request: Request, lang: str, *, wrong: bool = False, email: str = "") -> Response:
        return page(
            request, "sign_in", lang, status=422 if wrong else 200, platform=await self._platform(request), wrong=wrong,
            email=email, guests=self.desk.guests, provider=self.desk.provider is not None, script=True,
            possible=WebAuthn(self.pages.premises.url).possible,
        )  # fmt: skip

    async def _platform(self, request: Request) -> str:
        """Who waits for the shopper; empty when nobody does."""
        waiting = unpacked(request.cookies.get(NEXT, ""))
        try:
            client_id = dict(pairs(waiting.encode())).get("client_id", "")
            agreements = self.pages.premises.agreements()
            return (await client_of(agreements, client_id, self.desk.documents, self.pages.today)).name
        except CabasError:
            return ""

    def shop(self) -> str:
        """What the retailer is called."""
        names = [one.names["retailer"] for one in self.pages.premises.agreements()]
        return names[0] if names else self.pages.premises.retailer

    def come_in(self, request: Request, session: str) -> Response:
        """Signed in: on with what was asked for in this browser, else to the account."""
        waiting = unpacked(request.cookies.get(NEXT, ""))
        answer = RedirectResponse(f"{AUTHORIZE}?{waiting}" if waiting else ACCOUNT, 303, NO_STORE)
        answer.delete_cookie(NEXT, path="/")
        return self.pages.remember(answer, COOKIE, session, SESSION_SECONDS)
