"""What agents send (ACP 2026-04-17). What is not named here is ignored.

Lengths and counts are bounded: a request is hostile until it is read. The protocol's items have no quantity; its
examples do, so one is taken, and an item that is listed twice counts twice.
"""

from __future__ import annotations

from typing import Annotated

import msgspec

Word = Annotated[str, msgspec.Meta(max_length=200)]
Id = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Note = Annotated[str, msgspec.Meta(max_length=5000)]
Email = Annotated[str, msgspec.Meta(max_length=254, pattern=r"^[^@\s]+@[^@\s]+$")]
Country = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z]{2}$")]
Postcode = Annotated[str, msgspec.Meta(min_length=1, max_length=12)]
Currency = Annotated[str, msgspec.Meta(min_length=3, max_length=3)]
Locale = Annotated[str, msgspec.Meta(max_length=35)]
# The largest integer every JSON reader holds exactly.
Count = Annotated[int, msgspec.Meta(ge=1, le=9_007_199_254_740_991)]
Codes = Annotated[list[Word], msgspec.Meta(max_length=20)]
Ids = Annotated[list[Id], msgspec.Meta(max_length=200)]


class ItemAsk(msgspec.Struct, frozen=True):
    """A product by its id, and how many of it."""

    id: Id
    quantity: Count = 1


Items = Annotated[list[ItemAsk], msgspec.Meta(max_length=200)]
SomeItems = Annotated[list[ItemAsk], msgspec.Meta(min_length=1, max_length=200)]


class BuyerAsk(msgspec.Struct, frozen=True):
    """Who buys."""

    email: Email
    first_name: Word | None = None
    last_name: Word | None = None
    full_name: Word | None = None
    phone_number: Word | None = None


class AddressAsk(msgspec.Struct, frozen=True):
    """A postal address."""

    name: Word
    line_one: Word
    city: Word
    state: Word
    country: Country
    postal_code: Postcode
    line_two: Word | None = None


class DetailsAsk(msgspec.Struct, frozen=True):
    """Who receives the order, and where."""

    name: Word | None = None
    phone_number: Word | None = None
    email: Email | None = None
    address: AddressAsk | None = None


class GroupAsk(msgspec.Struct, frozen=True):
    """Items that go the same way. An order goes one way."""

    id: Word
    destination_type: Word
    item_ids: Ids = []
    fulfillment_details: DetailsAsk | None = None
    location_id: Word | None = None
    instructions: Note | None = None


class SelectedAsk(msgspec.Struct, frozen=True):
    """A fulfillment option as chosen."""

    type: Word
    option_id: Id
    item_ids: Ids = []


class DiscountsAsk(msgspec.Struct, frozen=True):
    """Codes; they replace those before."""

    codes: Codes | None = None


class AttributionAsk(msgspec.Struct, frozen=True):
    """Who brought the buyer."""

    provider: Word = ""
    token: Word = ""
    publisher_id: Word = ""


class ConsentAsk(msgspec.Struct, frozen=True):
    """Whether the buyer wants to receive offers by that channel."""

    channel: Word
    opted_in: bool


Groups = Annotated[list[GroupAsk], msgspec.Meta(max_length=20)]
Selected = Annotated[list[SelectedAsk], msgspec.Meta(max_length=20)]
Consents = Annotated[list[ConsentAsk], msgspec.Meta(max_length=20)]


class UpdateBody(msgspec.Struct, frozen=True):
    """Changes of a session. What is left out stays as it is."""

    buyer: BuyerAsk | None = None
    line_items: Items | None = None
    fulfillment_details: DetailsAsk | None = None
    fulfillment_groups: Groups | None = None
    selected_fulfillment_options: Selected | None = None
    coupons: Codes | None = None
    discounts: DiscountsAsk | None = None
    order_notes: Note | None = None


class CreateBody(UpdateBody, frozen=True, kw_only=True):
    """A new session."""

    line_items: SomeItems
    currency: Currency
    affiliate_attribution: AttributionAsk | None = None
    locale: Locale | None = None


class CredentialAsk(msgspec.Struct, frozen=True):
    """A token of the payment service; never a card number."""

    type: Word
    token: Annotated[str, msgspec.Meta(min_length=1, max_length=4000)]


class InstrumentAsk(msgspec.Struct, frozen=True):
    """What is paid with."""

    type: Word
    credential: CredentialAsk


class PaymentAsk(msgspec.Struct, frozen=True):
    """How it is paid."""

    handler_id: Id | None = None
    instrument: InstrumentAsk | None = None
    purchase_order_number: Word | None = None


class CompleteBody(msgspec.Struct, frozen=True):
    """Place the order."""

    payment_data: PaymentAsk
    buyer: BuyerAsk | None = None
    affiliate_attribution: AttributionAsk | None = None
    marketing_consents: Consents | None = None
    order_notes: Note | None = None


class TraceAsk(msgspec.Struct, frozen=True):
    """Why a session is given up."""

    reason_code: Word
    trace_summary: Annotated[str, msgspec.Meta(max_length=500)] = ""


class CancelBody(msgspec.Struct, frozen=True):
    """Give a session up."""

    intent_trace: TraceAsk | None = None


class CartBody(msgspec.Struct, frozen=True):
    """A cart as it should be."""

    line_items: SomeItems
    buyer: BuyerAsk | None = None
    locale: Locale | None = None


class Call(msgspec.Struct, frozen=True):
    """A JSON-RPC request of the MCP binding."""

    method: str
    jsonrpc: str = "2.0"
    id: int | str | None = None
    params: dict[str, msgspec.Raw] = {}


class Meta(msgspec.Struct, frozen=True):
    """What headers carry by REST."""

    api_version: str
    idempotency_key: str = ""
    accept_language: str = ""


class Arguments(msgspec.Struct, frozen=True):
    """Arguments of a tool."""

    meta: Meta
    id: str = ""
    payload: msgspec.Raw = msgspec.Raw(b"{}")
