"""One request as the operations see it, and what they answer: the same by REST and by MCP."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

import msgspec

from cabas.kernel.errors import CabasError, InvalidInput
from cabas.surfaces.contract import Premises
from cabas.surfaces.ucp.profile import CHECKOUT, Face
from cabas.surfaces.ucp.wire import ContextAsk
from cabas.usecases.shop.ports import PaymentHandler
from cabas.usecases.shop.visit import Caller, Shopfront

T = TypeVar("T")
Message = dict[str, Any]


class Refused(CabasError):
    """The request cannot be taken as it is: an HTTP `status` and a code of the protocol."""

    def __init__(self, status: int, code: str, message: str, *, remedy: str = "") -> None:
        super().__init__(message, remedy=remedy, code=code)
        self.status = status


@dataclass(frozen=True, slots=True)
class Answer:
    """The body of an answer."""

    body: dict[str, Any]
    status: int = 200


@dataclass(frozen=True, slots=True)
class Asked:
    """A request of a caller who was let in. `agreed` are the capabilities both sides know; `ident` what the address
    names. `webhook` is where the platform wants to hear of orders; `signer` its profile, when it signed this request.
    """

    premises: Premises
    front: Shopfront
    face: Face
    agreed: tuple[str, ...]
    caller: Caller
    body: bytes = b""
    ident: str = ""
    key: str = ""
    profile: str = ""
    webhook: str = ""
    signer: str = ""
    guest: bool = False
    locale_said: bool = field(default=False)

    @property
    def request_hash(self) -> str:
        """What an idempotency key is bound to."""
        return hashlib.sha256(b"\n".join((self.ident.encode(), self.body))).hexdigest()

    @property
    def callback(self) -> str:
        """What must be remembered of the platform to tell it of an order later."""
        return f"ucp {self.face.version} {self.profile} {self.webhook}".strip()

    def can(self, name: str) -> bool:
        """Whether both sides know a capability."""
        return name in self.agreed

    def read(self, kind: type[T]) -> T:
        """The body. Raises `InvalidInput` that names the field."""
        try:
            return msgspec.json.decode(self.body or b"{}", type=kind)
        except (msgspec.ValidationError, msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise InvalidInput(
                f"The request cannot be read: {error}.", remedy="See the schema.", code="invalid_request"
            ) from error

    def speaking(self, context: ContextAsk | None) -> Asked:
        """The same with what the platform says of where the buyer is and what they speak."""
        if context is None:
            return self
        caller = replace(
            self.caller,
            locale=(context.language or self.caller.locale)[:35],
            postcode=(context.postal_code or "")[:12],
            country=(context.address_country or "")[:2],
        )
        return replace(self, caller=caller)

    def said(
        self, root: Sequence[str], offered: Sequence[PaymentHandler] | None = None, *, ok: bool = True
    ) -> dict[str, Any]:
        """The `ucp` member of the answer."""
        return self.face.said(self.agreed, root, offered, ok=ok)

    def failed(self, root: Sequence[str], *messages: Message, url: str = "") -> Answer:
        """A business outcome without a resource."""
        offered: tuple[PaymentHandler, ...] | None = () if CHECKOUT in root else None
        body: dict[str, Any] = {"ucp": self.said(root, offered, ok=False), "messages": list(messages)}
        return Answer(body | ({"continue_url": url} if url else {}))


Operation = Callable[[Asked], Awaitable[Answer]]


def error(code: str, content: str, severity: str = "recoverable", path: str = "") -> Message:
    """An error message."""
    message: Message = {"type": "error", "code": code, "content": content, "severity": severity}
    return message | ({"path": path} if path else {})


def warning(code: str, content: str, path: str = "") -> Message:
    """A warning message."""
    message: Message = {"type": "warning", "code": code, "content": content}
    return message | ({"path": path} if path else {})
