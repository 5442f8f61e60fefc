"""One request as the operations see it, and what they answer: the same by REST and by MCP."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import msgspec

from cabas.dialogue.notices import spoken
from cabas.kernel.errors import CabasError, InvalidInput
from cabas.surfaces.contract import Premises
from cabas.usecases.shop.visit import Caller, Shopfront

T = TypeVar("T")
VERSION = "2026-04-17"
_WHERE = re.compile(r" - at `([^`]*)`")


class Refused(CabasError):
    """The request cannot be taken as it is: an HTTP `status`, a code, and the JSONPath of what is wrong."""

    def __init__(self, status: int, code: str, message: str, *, param: str = "", remedy: str = "") -> None:
        super().__init__(message, remedy=remedy, code=code)
        self.status, self.param = status, param


@dataclass(frozen=True, slots=True)
class Answer:
    """The body of an answer."""

    body: dict[str, Any]
    status: int = 200


@dataclass(frozen=True, slots=True)
class Asked:
    """A request of a caller who was let in. `ident` is what the address names, `key` what makes it happen once."""

    premises: Premises
    caller: Caller
    body: bytes = b""
    ident: str = ""
    key: str = ""
    request_hash: str = ""

    @property
    def front(self) -> Shopfront:
        """The use cases' ports."""
        return self.premises.front

    def read(self, kind: type[T]) -> T:
        """The body. Raises `InvalidInput` that names the field."""
        if b"\\u0000" in self.body or b"\x00" in self.body:
            raise InvalidInput("The request holds the character 0.", remedy="Leave it out.", code="invalid")
        try:
            return msgspec.json.decode(self.body or b"{}", type=kind)
        except (msgspec.ValidationError, msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            text = str(error)
            found = _WHERE.search(text)
            missing = "missing required field" in text
            code = "missing" if missing else "invalid"
            said = _WHERE.sub("", text)
            raise Refused(
                400, code, f"The request cannot be read: {said}.", param=found[1] if found else "$",
                remedy="See the schema.",
            ) from error  # fmt: skip

    def speaking(self, locale: str | None) -> Asked:
        """The same in the language the agent says the buyer speaks."""
        return replace(self, caller=replace(self.caller, locale=understood(locale))) if locale else self


def understood(locale: str) -> str:
    """The locale, when its language is spoken here; else English."""
    lang, _, region = locale.partition("-")
    if spoken(locale) != lang.lower():
        return "en-US"
    return f"{lang.lower()}-{region}" if re.fullmatch(r"[A-Za-z0-9-]{1,30}", region) else lang.lower()


Operation = Callable[[Asked], Awaitable[Answer]]
