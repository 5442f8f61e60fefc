"""What conformance tools need and no shop must have: payments that are none, orders changed by a request, faults.

Only there with `premises.testing` (CABAS_TESTING=1), which says so on the standard error.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from cabas.domain.payment import Payment, PaymentStatus, next_status
from cabas.kernel.errors import CabasError, NotFound, Unavailable
from cabas.kernel.money import Money
from cabas.surfaces.contract import News, Premises
from cabas.surfaces.ucp.asked import Answer, Asked
from cabas.surfaces.ucp.gate import Gate
from cabas.surfaces.ucp.operations import Action
from cabas.surfaces.ucp.profile import Face
from cabas.surfaces.ucp.signing import key_of
from cabas.surfaces.ucp.webhooks import tell
from cabas.usecases.shop.ports import (
    Answers,
    PaymentAction,
    PaymentAsk,
    PaymentDeclined,
    PaymentHandler,
    Payments,
    Stored,
)
from cabas.usecases.shop.sessions import change_session, get_session
from cabas.usecases.shop.view import SessionAsk

FAIL, CONFIRM = "fail_token", "confirm_token"
CARD = PaymentHandler("test_card", "dev.cabas.payment.test_card", "2026-11-22")
# The handler that test shops loaded from files name in their payment_instruments.csv.
MOCK = PaymentHandler("mock_payment_handler", "dev.cabas.payment.mock_payment_handler", "2026-11-22")
# Keys everybody knows, for tools that sign.
TESTER, RETIRED = b"a tester's key", b"a tester's retired key"
MISSING = frozenset({"slot_needed", "slot_closed", "address_needed", "address_not_served"})


@dataclass(frozen=True, slots=True)
class TestPayments:
    """A card that is none: `FAIL` is declined, `CONFIRM` wants the buyer, anything else is authorized."""

    others: Payments

    def handlers(self, retailer_id: str) -> tuple[PaymentHandler, ...]:
        """The test cards before the others."""
        return (CARD, MOCK, *self.others.handlers(retailer_id))

    async def authorize(self, retailer_id: str, ask: PaymentAsk) -> Payment:
        """No money moves."""
        if ask.handler not in (CARD.id, MOCK.id):
            return await self.others.authorize(retailer_id, ask)
        if ask.credential == FAIL:
            raise PaymentDeclined("The test card was declined.", remedy="Use another token.")
        if ask.credential == CONFIRM:
            raise PaymentAction("The test card wants to be confirmed.", url="https://bank.example/confirm")
        return Payment(ask.handler, PaymentStatus.AUTHORIZED, ask.upper, "test")

    async def capture(self, retailer_id: str, payment: Payment, amount: Money, key: str) -> Payment:
        """Nothing is taken."""
        if payment.handler not in (CARD.id, MOCK.id):
            return await self.others.capture(retailer_id, payment, amount, key)
        return replace(payment, status=next_status(payment.status, "capture"))

    async def void(self, retailer_id: str, payment: Payment) -> None:
        """Nothing was taken."""
        if payment.handler != CARD.id:
            await self.others.void(retailer_id, payment)


@dataclass(slots=True)
class FaultyAnswers:
    """Stored answers that can be out of order."""

    others: Answers
    out: bool = False

    async def begin(
        self, retailer_id: str, platform: str, surface: str, key: str, request_hash: str, now: datetime
    ) -> Stored | None:
        """As the others, unless out of order."""
        if self.out:
            raise Unavailable("Keys cannot be stored now.", remedy="Try again later.", code="idempotency_unavailable")
        return await self.others.begin(retailer_id, platform, surface, key, request_hash, now)

    async def finish(self, retailer_id: str, platform: str, surface: str, key: str, answer: Stored) -> None:
        """As the others."""
        await self.others.finish(retailer_id, platform, surface, key, answer)

    async def drop(self, retailer_id: str, platform: str, surface: str, key: str) -> None:
        """As the others."""
        await self.others.drop(retailer_id, platform, surface, key)


@dataclass(slots=True)
class Bench:
    """The hooks over one shop."""

    given: Premises
    answers: FaultyAnswers = field(init=False)
    adjusted: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.answers = FaultyAnswers(self.given.answers)
        print("cabas: TEST MODE: payments are pretended and orders can be changed by anybody.", file=sys.stderr)

    @property
    def premises(self) -> Premises:
        """The shop with pretended payments and keys that can fail."""
        front = replace(self.given.front, payments=TestPayments(self.given.front.payments))
        return replace(self.given, front=front, answers=self.answers)

    def around(self, action: Action) -> Action:
        """The operation as tools find it: what a tool leaves out is filled in, adjustments are shown."""
        if action.name == "complete_checkout":
            return replace(action, operation=self._completed(action))
        if action.name == "get_order":
            return replace(action, operation=self._with_adjustments(action))
        return action

    def _completed(self, action: Action) -> Callable[[Asked], Awaitable[Answer]]:
        async def operation(asked: Asked) -> Answer:
            view = await get_session(asked.front, asked.caller, asked.ident)
            if MISSING & {one.code for one in view.notices}:
                slot = next((one for one in view.slots if one.method == "pickup"), None)
                if slot is not None:
                    said = SessionAsk(method="pickup", slot_id=slot.id)
                    await change_session(asked.front, asked.caller, asked.ident, said)
            return await action.operation(replace(asked, body=_with_handler(asked.body)))

        return operation

    def _with_adjustments(self, action: Action) -> Callable[[Asked], Awaitable[Answer]]:
        async def operation(asked: Asked) -> Answer:
            answer = await action.operation(asked)
            return replace(answer, body=self.adjust(answer.body))

        return operation

    def adjust(self, order: dict[str, Any]) -> dict[str, Any]:
        """An order's entity with what was pretended to have happened to it."""
        for one in self.adjusted.get(order.get("id", ""), ()):
            order["adjustments"] = [*order["adjustments"], one]
            for changed in one["line_items"]:
                line = next((line for line in order["line_items"] if line["id"] == changed["id"]), None)
                if line is not None:
                    line["quantity"] = {**line["quantity"], "total": line["quantity"]["total"] + changed["quantity"]}
                    line["status"] = "removed" if line["quantity"]["total"] <= 0 else line["status"]
        return order

    def routes(self, gate: Gate, face: Face) -> list[BaseRoute]:
        """The hooks of one version."""
        return [
            Route(f"{face.path}/testing/orders/{{id}}/adjust", self._adjusting(gate), methods=["POST"]),
            Route(f"{face.path}/testing/idempotency/age", self._age, methods=["POST"]),
            Route(f"{face.path}/testing/idempotency/outage", self._outage, methods=["POST"]),
            Route(f"{face.path}/testing/profiles/{{name}}", _profile(face)),
        ]

    def _adjusting(self, gate: Gate) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            said, order_id, premises = await request.json(), request.path_params["id"], self.premises
            try:
                order = await premises.front.desk.orders.get(premises.retailer, order_id)
            except NotFound as problem:
                return JSONResponse({"code": problem.code, "content": str(problem)}, 404)
            talk = await premises.front.desk.conversations.load(premises.retailer, order_id)
            sku = next((one.sku for one in (talk.cart.lines if talk else ()) if one.id == said["line_item_id"]), None)
            line = next((one for one in order.lines if one.sku == sku), order.lines[0])
            many, changes = int(said["quantity"]), self.adjusted.setdefault(order_id, [])
            back = line.price.amount * many // line.quantity
            one: dict[str, Any] = {
                "id": f"{order_id}.{len(changes) + 1}",
                "type": str(said["type"]),
                "occurred_at": premises.clock.now().isoformat(),
                "status": "completed",
                "line_items": [{"id": said["line_item_id"], "quantity": -many}],
                "totals": [{"type": "total", "amount": -back}],
            }
            changes.append(one)
            news = News(one["id"], order.platform, order_id, premises.clock.now())
            with suppress(CabasError):
                await tell(premises, gate.faces, news, self.adjust)
            return JSONResponse(one)

        return endpoint

    async def _age(self, request: Request) -> Response:
        """A key gets no older than the day it is kept at least: 23 hours change nothing."""
        hours = (await request.json()).get("hours", 0)
        return JSONResponse({"status": "aged"}, 200 if isinstance(hours, int) and hours < 24 else 400)

    async def _outage(self, request: Request) -> Response:
        self.answers.out = (await request.json()).get("enabled") is True
        return JSONResponse({"out": self.answers.out})


def _with_handler(body: bytes) -> bytes:
    """An instrument without a handler is of the test card."""
    try:
        said = json.loads(body)
        for one in said["payment"]["instruments"]:
            one.setdefault("handler_id", CARD.id)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return body
    return json.dumps(said).encode()


def _profile(face: Face) -> Callable[[Request], Awaitable[Response]]:
    """Profiles of platforms: one that signs, and some that do not fit."""

    async def endpoint(request: Request) -> Response:
        capabilities = {"com.example.other": [{"version": face.version}]}
        mine = {one: [{"version": face.version}] for one in face.capabilities()}
        unusable = {
            "kid": "ed25519",
            "kty": "OKP",
            "crv": "Ed25519",
            "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
        }
        known = {
            "signer": {
                "ucp": {"version": face.version, "capabilities": mine},
                "keys": [dict(key_of(TESTER).public), unusable, dict(key_of(RETIRED).public)],
            },
            "incompatible": {"ucp": {"version": face.version, "capabilities": capabilities}},
            "unsupported": {"ucp": {"version": "2020-01-01", "capabilities": {}}},
            "malformed": {"ucp": 1},
        }
        found = known.get(request.path_params["name"])
        return JSONResponse(found or {}, 200 if found else 404)

    return endpoint
