"""What browsers need to sign in by passkey, add one, and remove one."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from cabas.kernel.errors import CabasError
from cabas.surfaces.door import TooMany
from cabas.surfaces.link.ceremony import WebAuthn
from cabas.surfaces.link.entry import Entry
from cabas.surfaces.link.pages import Pages
from cabas.surfaces.link.show import language, trouble
from cabas.surfaces.link.wire import ACCOUNT, NO_STORE, SIGN_IN, form
from cabas.usecases.checkout.events import pairwise_id
from cabas.usecases.link.passkeys import add_passkey, ask_for_new, ask_to_sign_in, come_by_passkey
from cabas.usecases.link.ports import LinkDesk

# Asking makes a ticket each time, so that it is counted apart.
ASKS_PER_MINUTE = 40.0
SECTOR = "passkey"


@dataclass(frozen=True, slots=True)
class PasskeyPages:
    """The handlers beside those of `entry`."""

    entry: Entry

    @property
    def pages(self) -> Pages:
        """What all pages share."""
        return self.entry.pages

    @property
    def desk(self) -> LinkDesk:
        """The ports."""
        return self.pages.desk

    @property
    def ceremony(self) -> WebAuthn:
        """The protocol."""
        return WebAuthn(self.pages.premises.url)

    async def ask_to_sign_in(self, request: Request) -> Response:
        """What the browser is asked for by who wants to come in."""
        try:
            self.pages.count(request, ASKS_PER_MINUTE, SECTOR)
            challenge = await ask_to_sign_in(self.desk, self.pages.premises.retailer, self.pages.now)
        except CabasError as error:
            return _refused(error)
        return _json(self.ceremony.ask_to_sign_in(challenge))

    async def sign_in(self, request: Request) -> Response:
        """The passkey's answer: a session."""
        lang, retailer = language(request), self.pages.premises.retailer
        try:
            self.pages.count(request)
            answer, agent = dict(await form(request)).get("credential", ""), request.headers.get("user-agent", "")
            session = await come_by_passkey(self.desk, self.ceremony, retailer, answer, agent, self.pages.now)
        except CabasError as error:
            return trouble(request, lang, "passkey", error, 403)
        return self.entry.come_in(request, session)

    async def ask_for_new(self, request: Request) -> Response:
        """What the browser of who is signed in is asked for, to make a passkey."""
        retailer = self.pages.premises.retailer
        try:
            self.pages.count(request, ASKS_PER_MINUTE, SECTOR)
            who = await self.pages.who(request)
            if who is None:
                return JSONResponse({"error": "not_signed_in"}, 401, NO_STORE)
            challenge = await ask_for_new(self.desk, retailer, who[1], self.pages.now)
            others = await self.desk.passkeys.of(retailer, who[0].id)
        except CabasError as error:
            return _refused(error)
        handle = pairwise_id(self.pages.premises.front.desk.pairwise_key, SECTOR, who[0])
        name = who[0].email or who[0].name
        asked = self.ceremony.ask_for_new(challenge, self.entry.shop(), handle.encode(), name, others)
        return _json(asked)

    async def add(self, request: Request) -> Response:
        """The new passkey."""
        lang, who = language(request), await self.pages.who(request)
        if who is None:
            return RedirectResponse(SIGN_IN, 303, NO_STORE)
        try:
            self.pages.count(request)
            answer, agent = dict(await form(request)).get("credential", ""), request.headers.get("user-agent", "")
            retailer = self.pages.premises.retailer
            await add_passkey(self.desk, self.ceremony, retailer, who[0], answer, agent, self.pages.now)
        except CabasError as error:
            return trouble(request, lang, "passkey", error, 403)
        return RedirectResponse(f"{ACCOUNT}?passkey_added=1", 303, NO_STORE)

    async def remove(self, request: Request) -> Response:
        """One passkey less."""
        said, who = dict(await form(request)), await self.pages.who(request)
        if who is None:
            return RedirectResponse(SIGN_IN, 303, NO_STORE)
        try:
            removed = bytes.fromhex(said.get("passkey", ""))
        except ValueError:
            removed = b""
        gone = await self.desk.passkeys.remove(self.pages.premises.retailer, who[0].id, removed)
        return RedirectResponse(f"{ACCOUNT}{'?passkey_removed=1' if gone else ''}", 303, NO_STORE)


def _json(options: str) -> Response:
    return Response(options, headers=NO_STORE, media_type="application/json")


def _refused(error: CabasError) -> Response:
    status = 429 if isinstance(error, TooMany) else 403
    return JSONResponse({"error": error.code, "error_description": str(error)}, status, NO_STORE)
