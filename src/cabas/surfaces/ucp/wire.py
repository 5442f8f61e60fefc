"""What platforms send (UCP 2026-08-25 and 2026-04-08). What is not named here is ignored, as the protocol asks.

Lengths and counts are bounded: a request is hostile until it is read.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec

Word = Annotated[str, msgspec.Meta(max_length=200)]
Id = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Text = Annotated[str, msgspec.Meta(max_length=2000)]
# The largest integer every JSON reader holds exactly.
Count = Annotated[int, msgspec.Meta(ge=1, le=9_007_199_254_740_991)]
Codes = Annotated[list[Word], msgspec.Meta(max_length=20)]
Ids = Annotated[list[Id], msgspec.Meta(max_length=200)]


class Unit(msgspec.Struct, frozen=True):
    """A unit as asserted on a line: one step is 10^-`scale` of `unit` (UN/CEFACT Recommendation 20)."""

    unit: Word
    scale: int = 0


class ItemRef(msgspec.Struct, frozen=True):
    """A product by its id."""

    id: Id
    quantity_unit: Unit | None = None


class Substitution(msgspec.Struct, frozen=True):
    """The substitution extension of a line: what may be done when it is gone."""

    policy: Literal["closest", "ask", "none"]


class LineAsk(msgspec.Struct, frozen=True):
    """A line. `id` is one of ours, else the platform's own for this request."""

    item: ItemRef
    quantity: Count
    id: Word | None = None
    substitution: Substitution | None = None


class BuyerAsk(msgspec.Struct, frozen=True):
    """Who buys. `consent` is booleans before 2026-08-25, objects with `granted` since."""

    first_name: Word | None = None
    last_name: Word | None = None
    email: Word | None = None
    phone_number: Word | None = None
    consent: dict[str, Any] | None = None


class DestinationAsk(msgspec.Struct, frozen=True):
    """Where it goes."""

    id: Word | None = None
    type: Word | None = None
    street_address: Word | None = None
    extended_address: Word | None = None
    address_locality: Word | None = None
    address_region: Word | None = None
    address_country: Word | None = None
    postal_code: Word | None = None
    first_name: Word | None = None
    last_name: Word | None = None


class GroupAsk(msgspec.Struct, frozen=True):
    """A package, of which the platform chooses how it travels."""

    id: Word | None = None
    selected_option_id: Word | None = None


class MethodAsk(msgspec.Struct, frozen=True):
    """How goods reach the buyer."""

    type: Word | None = None
    id: Word | None = None
    destinations: Annotated[list[DestinationAsk], msgspec.Meta(max_length=20)] | None = None
    selected_destination_id: Word | None = None
    groups: Annotated[list[GroupAsk], msgspec.Meta(max_length=20)] | None = None


class FulfillmentAsk(msgspec.Struct, frozen=True):
    """The fulfillment extension of a request."""

    methods: Annotated[list[MethodAsk], msgspec.Meta(max_length=10)] | None = None


class DiscountsAsk(msgspec.Struct, frozen=True):
    """The discount extension of a request."""

    codes: Codes | None = None


class ContextAsk(msgspec.Struct, frozen=True):
    """What the platform says of the buyer's surroundings: hints, never proof."""

    address_country: Word | None = None
    address_region: Word | None = None
    postal_code: Word | None = None
    location: Word | None = None
    intent: Text | None = None
    language: Word | None = None
    eligibility: Codes | None = None


class CredentialAsk(msgspec.Struct, frozen=True):
    """A means of payment: a token of the payment service, never a card number."""

    type: Word = ""
    token: Text = ""


class InstrumentAsk(msgspec.Struct, frozen=True):
    """An instrument a handler gave out."""

    handler_id: Word = ""
    id: Word = ""
    type: Word = ""
    credential: CredentialAsk | None = None
    selected: bool | None = None


class PaymentAsk(msgspec.Struct, frozen=True):
    """How it is paid."""

    instruments: Annotated[list[InstrumentAsk], msgspec.Meta(max_length=10)] | None = None


class Age(msgspec.Struct, frozen=True):
    """The age extension of a request: whether the buyer confirmed it."""

    confirmed: bool = False


class RecipeAsk(msgspec.Struct, frozen=True):
    """The recipe extension of a request: a dish by name, the address of a page, or a schema.org `Recipe`. `id` is one
    of ours, of a recipe that is in the cart already.
    """

    id: Word | None = None
    dish: Word | None = None
    url: Text | None = None
    recipe: dict[str, Any] | None = None
    servings: Annotated[int, msgspec.Meta(ge=1, le=200)] | None = None


Recipes = Annotated[list[RecipeAsk], msgspec.Meta(max_length=5)]


class SessionBody(msgspec.Struct, frozen=True):
    """A cart or checkout as a platform sends it."""

    line_items: Annotated[list[LineAsk], msgspec.Meta(max_length=200)]
    buyer: BuyerAsk | None = None
    context: ContextAsk | None = None
    fulfillment: FulfillmentAsk | None = None
    discounts: DiscountsAsk | None = None
    attribution: dict[str, Word] | None = None
    cart_id: Word | None = None
    age_gate: Age | None = None
    recipes: Recipes | None = None


class ConvertBody(msgspec.Struct, frozen=True):
    """A checkout that begins with a cart: what else it says of lines is ignored."""

    cart_id: Id
    buyer: BuyerAsk | None = None
    context: ContextAsk | None = None
    fulfillment: FulfillmentAsk | None = None
    discounts: DiscountsAsk | None = None


class CompleteBody(msgspec.Struct, frozen=True):
    """The order to place."""

    payment: PaymentAsk
    buyer: BuyerAsk | None = None


class PriceFilter(msgspec.Struct, frozen=True):
    """Prices in minor units, both included."""

    min: int | None = None
    max: int | None = None


class Filters(msgspec.Struct, frozen=True):
    """What narrows a search."""

    categories: Codes | None = None
    price: PriceFilter | None = None
    available: bool | None = None


class PageAsk(msgspec.Struct, frozen=True):
    """Which part of a long list."""

    cursor: Word | None = None
    limit: Annotated[int, msgspec.Meta(ge=1)] | None = None


class SearchBody(msgspec.Struct, frozen=True):
    """A search of the catalog. `cursor` beside `pagination` is what some platforms send."""

    query: Word | None = None
    filters: Filters | None = None
    context: ContextAsk | None = None
    pagination: PageAsk | None = None
    cursor: Word | None = None


class LookupBody(msgspec.Struct, frozen=True):
    """Products by id."""

    ids: Annotated[list[Id], msgspec.Meta(min_length=1)]
    context: ContextAsk | None = None


class ProductBody(msgspec.Struct, frozen=True):
    """One product in detail."""

    id: Id
    context: ContextAsk | None = None


class ServesAddress(msgspec.Struct, frozen=True):
    """Where somebody is."""

    address_country: Word | None = None
    address_region: Word | None = None
    postal_code: Word | None = None


class Serves(msgspec.Struct, frozen=True):
    """Which places a location must serve."""

    address: ServesAddress | None = None


class LocationFilters(msgspec.Struct, frozen=True):
    """What a location must have."""

    items: Ids | None = None


class LocationSearchBody(msgspec.Struct, frozen=True):
    """Stores."""

    query: Word | None = None
    serves: Serves | None = None
    filters: LocationFilters | None = None
    context: ContextAsk | None = None
    pagination: PageAsk | None = None


class Entry(msgspec.Struct, frozen=True):
    """A capability in somebody's profile."""

    version: Word
    extends: str | list[str] | None = None
    config: dict[str, Any] | None = None


class PlatformUcp(msgspec.Struct, frozen=True):
    """What a platform says it can do."""

    version: Annotated[str, msgspec.Meta(pattern=r"^\d{4}-\d{2}-\d{2}$")]
    capabilities: dict[str, list[Entry]] = {}


class Jwk(msgspec.Struct, frozen=True):
    """A public key (RFC 7517). Of other types than EC only the names are read."""

    kid: str
    kty: str
    crv: str = ""
    x: str = ""
    y: str = ""


class PlatformProfile(msgspec.Struct, frozen=True):
    """The profile document of a platform. The keys were called `signing_keys` until 2026-04-08."""

    ucp: PlatformUcp
    keys: list[Jwk] = []
    signing_keys: list[Jwk] = []
