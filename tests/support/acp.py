"""A client of the ACP surface over a small shop, and an agent's payment service that moves no money."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any

from starlette.applications import Starlette
from starlette.testclient import TestClient

from cabas.domain.payment import Payment, PaymentStatus
from cabas.kernel.money import Money
from cabas.surfaces.acp.app import routes
from cabas.surfaces.contract import Linked, Premises
from cabas.usecases.shop.ports import PaymentAction, PaymentAsk, PaymentDeclined, PaymentHandler
from support.premises import Stage, an_agreement, stage_of

CARD = PaymentHandler("card", "dev.acp.tokenized.card", "2026-01-22", {"psp": "psp.example", "merchant_id": "m1"})
DRIVE = {"selected_fulfillment_options": [{"type": "pickup", "option_id": "drive", "item_ids": ["milk"]}]}
BUYER = {"email": "ana@example.com", "first_name": "Ana"}


def paying(handler: str = "pay_at_handover", credential: str = "none") -> dict[str, Any]:
    return {
        "payment_data": {
            "handler_id": handler,
            "instrument": {"type": "card", "credential": {"type": "spt", "token": credential}},
        }
    }


@dataclass
class Delegated:
    """`Payments` for delegated tokens: "declined" and "confirm" are what they say."""

    asked: list[PaymentAsk] = field(default_factory=list)

    def handlers(self, retailer_id: str) -> tuple[PaymentHandler, ...]:
        return (CARD,)

    async def authorize(self, retailer_id: str, ask: PaymentAsk) -> Payment:
        self.asked.append(ask)
        if ask.credential == "declined":
            raise PaymentDeclined("The card was declined.", remedy="Use another one.")
        if ask.credential == "confirm":
            raise PaymentAction("The bank asks the buyer.", url="https://bank.example/ask")
        return Payment(CARD.id, PaymentStatus.AUTHORIZED, ask.upper, f"auth-{len(self.asked)}")

    async def capture(self, retailer_id: str, payment: Payment, amount: Money, key: str) -> Payment:
        return replace(payment, status=PaymentStatus.CAPTURED)

    async def void(self, retailer_id: str, payment: Payment) -> None:
        return


@dataclass
class Links:
    """Access tokens by what they are and where they are for."""

    known: dict[tuple[str, str], Linked] = field(default_factory=dict)

    async def read(self, token: str, audience: str) -> Linked | None:
        return self.known.get((token, audience))


@dataclass
class Told:
    """`Web` that keeps what it was sent, and answers `status`."""

    status: int = 200
    sent: list[tuple[str, Mapping[str, str], bytes]] = field(default_factory=list)

    async def get(self, url: str) -> bytes:
        raise AssertionError(url)

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        self.sent.append((url, dict(headers), body))
        return self.status


class Agent:
    """An agent with a key. Every request gets a new idempotency key unless one is given."""

    def __init__(self, stage: Stage | None = None, premises: Premises | None = None, **changes: Any) -> None:
        self.stage = stage or stage_of(an_agreement("agent"), **changes)
        self.key = self.stage.key("agent")
        self.http = TestClient(Starlette(routes=routes(premises or self.stage.premises)))
        self._numbers = count(1)

    def ask(self, method: str, path: str, json: Any = None, **headers: str | None) -> Any:
        given = {
            "authorization": f"Bearer {self.key}", "api-version": "2026-04-17",
            "idempotency-key": f"key-{next(self._numbers)}",
        }  # fmt: skip
        given |= {name.replace("_", "-"): value for name, value in headers.items()}  # type: ignore[dict-item]
        kept = {name: value for name, value in given.items() if value is not None}
        return self.http.request(method, f"/acp{path}", json=json, headers=kept)

    def open(self, *items: str, **more: Any) -> dict[str, Any]:
        body = {"line_items": [{"id": one} for one in items], "currency": "eur", "capabilities": {}, **more}
        answer = self.ask("POST", "/checkout_sessions", body)
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    def ready(self, *items: str) -> str:
        session = self.open(*items)
        answer = self.ask("POST", f"/checkout_sessions/{session['id']}", DRIVE | {"buyer": BUYER})
        assert answer.json()["status"] == "ready_for_payment", answer.text
        return str(session["id"])

    def complete(self, session_id: str, pay: Any = None, **headers: str) -> Any:
        return self.ask("POST", f"/checkout_sessions/{session_id}/complete", pay or paying(), **headers)

    def tool(self, name: str, arguments: Any, token: str | None = None) -> Any:
        call = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": name, "arguments": arguments}}
        headers = {"authorization": f"Bearer {self.key if token is None else token}"}
        return self.http.post("/acp/mcp", json=call, headers=headers)

    @property
    def orders(self) -> int:
        return len(self.stage.memory.rows.orders)
