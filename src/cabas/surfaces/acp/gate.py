"""The gate of `/acp`: who calls, in which version, whether it was asked before; errors in the protocol's own form."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from cabas.kernel.errors import CabasError, Conflict, InvalidInput, NotAllowed, NotFound, Unavailable
from cabas.surfaces.acp import signing
from cabas.surfaces.acp.asked import VERSION, Answer, Asked, Refused, understood
from cabas.surfaces.acp.operations import Action
from cabas.surfaces.contract import Premises
from cabas.surfaces.door import Door, TooMany
from cabas.surfaces.keyed import KEY_MAX, digest, once
from cabas.usecases.partners import NotKnown
from cabas.usecases.shop.ports import PaymentDeclined
from cabas.usecases.shop.visit import Caller, enter
from cabas.usecases.webhooks import webhook_secret

BODY_MAX_BYTES = 256 * 1024
JSON = "application/json"
REPLAYED = {"idempotent-replayed": "true"}
_PRINTABLE = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]{0,254}[\x21-\x7e])?")
# Sessions that are not there, as opposed to things that a request names wrongly.
GONE = ("session_not_found", "session_expired")
STATUSES: Sequence[tuple[type[CabasError], int]] = (
    (TooMany, 429),
    (NotKnown, 401),
    (NotAllowed, 403),
    (PaymentDeclined, 402),
    (InvalidInput, 400),
    (NotFound, 400),
    (Conflict, 409),
    (Unavailable, 503),
)
# Ours to the protocol's, where it has a name.
CODES = {
    "idempotency_mismatch": "idempotency_conflict",
    "session_not_found": "not_found",
    "session_expired": "expired",
    "session_completed": "conflict",
    "session_canceled": "conflict",
    "slot_unknown": "not_found",
    "too_many": "quantity_exceeded",
    "bad_quantity": "quantity_exceeded",
    "method_unknown": "unsupported",
    "invalid_key": "unauthorized",
    "invalid_token": "unauthorized",
}
PARAMS = {
    "slot_unknown": "$.selected_fulfillment_options[0].option_id",
    "too_many": "$.line_items",
    "bad_quantity": "$.line_items",
    "not_found": "$.fulfillment_groups[0].location_id",
}


@dataclass(frozen=True, slots=True)
class Gate:
    """Lets requests in."""

    premises: Premises
    door: Door

    async def rest(self, request: Request, action: Action) -> Response:
        """The answer to a REST request."""
        key = request.headers.get("idempotency-key", "")
        try:
            body = await raw_body(request)
            caller = await self.admit(request)
            self._checked(request, caller, body)
            if action.writes and not key.strip():
                raise Refused(400, "idempotency_key_required", "The header Idempotency-Key is missing.")
            ident = request.path_params.get("id", "")
            hashed = digest(request.method, request.url.path, body)
            response = await self.run(action, caller, body, ident, key, hashed)
        except CabasError as problem:
            response = refused(problem)
        return _echoed(response, request.headers.get("request-id", ""), key)

    async def admit(self, request: Request) -> Caller:
        """The caller. Raises `NotKnown` without a token, also where an agreement is open to guests; `NotAllowed`."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise NotKnown("A bearer token is needed here.", remedy="Send the key you got from the retailer.")
        caller = await self.door.admit(request)
        caller = replace(caller, locale=understood(caller.locale))
        await enter(self.premises.front, caller)
        return caller

    async def run(self, action: Action, caller: Caller, body: bytes, ident: str, key: str, hashed: str) -> Response:
        """Do it; once, when it has a key. Raises `CabasError` for what is wrong with key or address."""
        if not _PRINTABLE.fullmatch(ident or "-"):
            raise NotFound("There is no such session.", code="session_not_found")
        if len(key) > KEY_MAX:
            raise Refused(400, "invalid", f"A key has at most {KEY_MAX} characters.", remedy="Use a UUID.")
        asked = Asked(self.premises, caller, body, ident, request_hash=hashed)
        if not (action.writes and key):
            return encoded(await action.operation(replace(asked, key=f"{action.path} {ident}")))
        # A key belongs to who sends it and to what it is sent to.
        scope = "\n".join((caller.shopper_id or "", action.method, action.path.format(id=ident), key))
        asked = replace(asked, key=hashlib.sha256(scope.encode("utf-8", "surrogatepass")).hexdigest())

        async def answer() -> Response:
            try:
                return encoded(await action.operation(asked))
            except CabasError as problem:
                return refused(problem)

        where = (self.premises, caller.platform, "acp", asked.key, hashed)
        return await once(*where, answer, replay_headers=REPLAYED)

    def _checked(self, request: Request, caller: Caller, body: bytes) -> None:
        """Version, type of the body, and what proves that it is fresh. Raises `Refused`."""
        version_checked(request.headers.get("api-version", ""))
        kind = request.headers.get("content-type", JSON).partition(";")[0].strip().lower()
        if body and kind != JSON:
            raise Refused(415, "unsupported", "Bodies are JSON.", remedy="Send Content-Type: application/json.")
        now = self.premises.clock.now()
        sent = request.headers.get("timestamp", "")
        if sent and abs((_moment(sent) - now).total_seconds()) > signing.TOLERANCE_SECONDS:
            raise Refused(400, "expired", "The Timestamp is not of now.", remedy="Send the request again.")
        # The protocol leaves the form of request signatures open: the form of its webhooks is verified.
        signature = request.headers.get("signature", "")
        if signature.startswith("t="):
            secret = webhook_secret(self.premises.secret, self.premises.retailer, caller.platform)
            if not signing.holds(secret, signature, body, int(now.timestamp())):
                raise Refused(401, "signature_invalid", "The Signature does not hold.")


def version_checked(version: str) -> None:
    """Raises `Unsupported` for a version that is not spoken here."""
    if version != VERSION:
        said = "The header API-Version is missing." if not version else f"Version {version[:20]} is not spoken here."
        code = "unsupported_api_version" if version else "missing_api_version"
        raise Unsupported(400, code, said, remedy=f"Use {VERSION}.")


class Unsupported(Refused):
    """Another version of the protocol."""


def _moment(sent: str) -> datetime:
    with suppress(ValueError):
        moment = datetime.fromisoformat(sent)
        if moment.tzinfo is not None:
            return moment
    raise Refused(400, "invalid", "The Timestamp is no RFC 3339 time.", remedy="Use 2026-04-17T10:30:00Z.")


def flat(problem: CabasError) -> tuple[int, dict[str, Any]]:
    """An error's HTTP status and body."""
    status = next((number for kind, number in STATUSES if isinstance(problem, kind)), 400)
    param = PARAMS.get(problem.code, "")
    if isinstance(problem, Refused):
        status, param = problem.status, problem.param
    elif problem.code in GONE:
        status, param = 404, ""
    elif problem.code == "idempotency_mismatch":
        status = 422
    kind = "service_unavailable" if status == 503 else "processing_error" if status == 402 else "invalid_request"
    body: dict[str, Any] = {"type": kind, "code": CODES.get(problem.code, problem.code), "message": str(problem)}
    if param:
        body["param"] = param
    if isinstance(problem, Unsupported):
        body["supported_versions"] = [VERSION]
    return status, body


def refused(problem: CabasError) -> Response:
    """The error as the protocol has it."""
    status, body = flat(problem)
    headers: dict[str, str] = {}
    if status == 401:
        headers["www-authenticate"] = 'Bearer realm="acp"'
    elif status == 405:
        headers["allow"] = "GET"
    elif isinstance(problem, TooMany):
        headers["retry-after"] = str(problem.seconds)
    elif status == 503 or problem.code == "idempotency_in_flight":
        headers["retry-after"] = "1"
    return Response(msgspec.json.encode(body), status, headers, JSON)


def encoded(answer: Answer) -> Response:
    """The answer as JSON."""
    return Response(msgspec.json.encode(answer.body), answer.status, media_type=JSON)


def _echoed(response: Response, request_id: str, key: str) -> Response:
    """With what the caller knows its request by."""
    named: Mapping[str, str] = {"request-id": request_id, "idempotency-key": key}
    for name, value in named.items():
        if _PRINTABLE.fullmatch(value):
            response.headers[name] = value
    response.headers["cache-control"] = "no-store"
    return response


async def raw_body(request: Request) -> bytes:
    """The body. Raises `Refused` when it is larger than `BODY_MAX_BYTES`, before all of it was read."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_MAX_BYTES:
            raise Refused(413, "maximum_exceeded", f"A request has at most {BODY_MAX_BYTES} bytes.")
    return bytes(body)
