"""What the voice page sends and what it needs: its forms, and the use cases as it sees them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal, Protocol, TypeVar
from urllib.parse import parse_qsl

import msgspec

from cabas.domain.customer import Shopper
from cabas.domain.fulfillment import Slot
from cabas.kernel.clock import Clock
from cabas.kernel.errors import InvalidInput
from cabas.kernel.text import INVISIBLE
from cabas.usecases.ports import Store
from cabas.usecases.talk.arrive import Shelf
from cabas.usecases.talk.handover import Parcel
from cabas.usecases.talk.view import Alternative, View

BODY_MAX_BYTES = 16_384
TEXT_MAX_CHARS = 2_000
FIELDS_MAX = 16

Action = Literal[
    "quantity",
    "remove",
    "swap",
    "put",
    "tick",
    "untick",
    "slot",
    "lift",
    "undo",
    "checkout",
    "confirm",
    "cancel",
    "language",
]


class Talk(Protocol):
    """The use cases behind the page. Every method may raise a `CabasError`; nothing was changed then."""

    @property
    def clock(self) -> Clock:
        """What time it is, to say "tomorrow"."""
        ...

    async def stores(self) -> Sequence[Store]:
        """The stores a shopper may choose from."""
        ...

    async def shoppers(self) -> Sequence[Shopper]:
        """The people of the demo, to try the page as one of them; nobody where shoppers sign in themselves."""
        ...

    async def open(self, locale: str, store_id: str | None, shopper_id: str | None, channel: str) -> View:
        """Start a conversation; the retailer's first store when none is given."""
        ...

    async def say(self, conversation_id: str, text: str, channel: str) -> View:
        """One utterance. `channel` is "voice" or "web". Raises `NotFound` for an unknown conversation, as all do."""
        ...

    async def tap(self, conversation_id: str, action: str, line_id: str | None, value: str | None) -> View:
        """One touch. `value` of each action: "quantity" pieces or grams, "swap", "put" a SKU, "slot" an id, "confirm"
        an idempotency key, "language" a locale; none for "remove", "tick", "untick", "lift" (the diet),
        "undo", "checkout" and "cancel".
        """
        ...

    async def view(self, conversation_id: str) -> View:
        """The conversation as it stands."""
        ...

    async def slots(self, conversation_id: str, method: str | None, day: date | None) -> Sequence[Slot]:
        """Slots an order placed now can still reach, full ones included, earliest first; every coming day when `day`
        is None.
        """
        ...

    async def alternatives(self, conversation_id: str, line_id: str) -> Sequence[Alternative]:
        """What could take the place of a line, best first."""
        ...

    async def shelf(self, sku: str, conversation_id: str) -> Shelf:
        """A product at the conversation's store, at the retailer's first one without. Raises `NotFound`."""
        ...

    async def follow(self, code: str, conversation_id: str) -> str:
        """Remember that the shopper came by that link; the SKU it leads to, empty for a link nobody made."""
        ...

    async def bring(self, conversation_id: str, parcel: Parcel) -> View:
        """What a link asks for, put into the cart."""
        ...

    async def take_over(self, handle: str) -> View:
        """The cart that a platform began. Raises `NotFound` for a handle that opens none."""
        ...


@dataclass(frozen=True, slots=True)
class Opened:
    """Start anew: another store, another shopper ("" for nobody, None for the one of before), or an empty cart."""

    store: Annotated[str, msgspec.Meta(max_length=100)] = ""
    shopper: Annotated[str, msgspec.Meta(max_length=100)] | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """One utterance, spoken or typed."""

    text: Annotated[str, msgspec.Meta(max_length=TEXT_MAX_CHARS)]
    channel: Literal["voice", "web"] = "web"


@dataclass(frozen=True, slots=True)
class Tapped:
    """One touch. `step` is added to `value` (the plus and minus around a number); `touched` are the line ids shown
    under the last reply, which stay there.
    """

    action: Action
    line: Annotated[str, msgspec.Meta(max_length=40)] = ""
    value: Annotated[str, msgspec.Meta(max_length=255)] = ""
    step: Annotated[int, msgspec.Meta(ge=-10_000, le=10_000)] = 0
    touched: Annotated[str, msgspec.Meta(max_length=2_000)] = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks to unfold: the products beside a line, or the slots of a method and day."""

    panel: Literal["", "alternatives", "slots"] = ""
    line: Annotated[str, msgspec.Meta(max_length=40)] = ""
    method: Literal["", "pickup", "delivery"] = ""
    day: date | None = None
    lang: Annotated[str, msgspec.Meta(max_length=20)] = ""
    touched: Annotated[str, msgspec.Meta(max_length=2_000)] = ""


Form = TypeVar("Form", Opened, Said, Tapped, Asked)


def read_form(body: bytes, form: type[Form]) -> Form:
    """A URL-encoded form as `form`. Raises `InvalidInput` for a wrong field, too many fields or other than UTF-8."""
    try:
        fields = dict(parse_qsl(body.decode(), keep_blank_values=True, strict_parsing=False, max_num_fields=FIELDS_MAX))
    except ValueError:
        raise InvalidInput("This form cannot be read.", remedy="Send UTF-8 text in at most 16 fields.") from None
    return read_fields(fields, form)


def read_fields(fields: Mapping[str, str], form: type[Form]) -> Form:
    """Form fields as `form`, without invisible characters. Raises `InvalidInput` naming the field that does not fit."""
    tidy = {name: INVISIBLE.sub(" ", value).strip() for name, value in fields.items()}
    try:
        return msgspec.convert(tidy, form, strict=False)
    except msgspec.ValidationError as problem:
        raise InvalidInput(f"This form does not fit: {problem}.", remedy="Reload the page and try again.") from None


def tap_value(tapped: Tapped) -> str | None:
    """The value of a touch, the step counted in. Raises `InvalidInput` when a number was needed."""
    if tapped.action != "quantity":
        return tapped.value or None
    if not tapped.value.isascii() or not tapped.value.isdigit() or len(tapped.value) > 6:
        raise InvalidInput(f"{tapped.value[:20]!r} is not a quantity.", remedy="Write a whole number.")
    return str(max(0, int(tapped.value) + tapped.step))
