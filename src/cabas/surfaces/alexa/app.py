"""The shop as an Alexa custom skill, at `/alexa`: only for requests that Alexa signed, for a skill of an agreement."""

from __future__ import annotations

import hashlib

from starlette.middleware import Middleware
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from cabas.kernel.errors import CabasError, Conflict, InvalidInput, NotAllowed, Unavailable
from cabas.surfaces.alexa.signed import Forged, Signatures, trusted_roots
from cabas.surfaces.alexa.skill import Skill
from cabas.surfaces.alexa.texts import languages
from cabas.surfaces.alexa.wire import BODY_MAX_BYTES, VERSION, Envelope, read
from cabas.surfaces.contract import Premises, Surface
from cabas.surfaces.door import Door, TooMany
from cabas.surfaces.keyed import once
from cabas.usecases.partners import platform_of_client

PATH = "/alexa"
# Which status says what; Alexa only tells 2xx from the rest, people who read logs want more.
STATUS: tuple[tuple[type[CabasError], int], ...] = (
    (Forged, 400), (InvalidInput, 400), (NotAllowed, 403), (Conflict, 409), (TooMany, 429), (Unavailable, 503)
)  # fmt: skip


class Entrance:
    """Verifies a request, finds the platform by its skill, and answers it once."""

    def __init__(self, premises: Premises, signatures: Signatures, skill: Skill) -> None:
        self._premises, self._signatures, self._skill = premises, signatures, skill
        self._door = Door(premises, "alexa", skill.audience, "voice")

    async def __call__(self, request: Request) -> Response:
        """The answer, or a refusal before anything was read."""
        try:
            body = await request.body()
            headers = request.headers
            await self._signatures.check(
                headers.get("signaturecertchainurl", ""), headers.get("signature-256", ""), body
            )
            sent = read(body)
            self._signatures.check_time(sent.request.timestamp)
            return await self._answer(request, sent, body)
        except CabasError as error:
            status = next((number for kind, number in STATUS if isinstance(error, kind)), 400)
            retry = {"retry-after": str(error.seconds)} if isinstance(error, TooMany) else None
            return JSONResponse({"error": error.code, "error_description": str(error)}, status, retry)

    async def _answer(self, request: Request, sent: Envelope, body: bytes) -> Response:
        skill = sent.context.system.application.application_id
        platform = platform_of_client(self._premises.agreements(), skill)
        if platform is None:
            raise NotAllowed(
                "No agreement knows this skill.", remedy="List its id under [access] clients.", code="skill_unknown"
            )
        locale = sent.request.locale
        if locale.partition("-")[0] not in languages():
            raise InvalidInput(f"The skill does not speak {locale}.", remedy=f"Use one of: {', '.join(languages())}.")
        caller = await self._door.admit(request, locale=locale, platform=platform)

        async def answer() -> Response:
            return JSONResponse(await self._skill.answer(sent, caller))

        # A captured request that is sent again within the tolerance hears the same answer, and does nothing.
        key = hashlib.sha256(sent.request.request_id.encode()).hexdigest()
        return await once(self._premises, platform, "alexa", key, hashlib.sha256(body).hexdigest(), answer)


def routes(premises: Premises, signatures: Signatures | None = None, skill: Skill | None = None) -> list[BaseRoute]:
    """The route. `signatures` trusts the roots of the operating system when left out."""
    entrance = Entrance(
        premises,
        signatures or Signatures(premises.web.get, premises.clock.now),
        skill or Skill(premises, f"{premises.url}{PATH}"),
    )
    limit = [Middleware(RequestBodyLimitMiddleware, max_body_size=BODY_MAX_BYTES)]
    return [Route(PATH, entrance.__call__, methods=["POST"], middleware=limit)]


async def health(premises: Premises) -> str:
    """Says when no certificate could be trusted."""
    return "" if trusted_roots() else "no root certificates: install ca-certificates or set SSL_CERT_FILE"


surface = Surface(
    name="alexa", title="Alexa custom skill", path=PATH, routes=routes, version=VERSION, health=health
)  # fmt: skip
