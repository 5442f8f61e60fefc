"""What the tools take and give: amounts in minor units (cents), times in ISO 8601 with the store's offset."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, Field

Sku = Annotated[str, Field(description="Id of a product, as `search_products` gives it.", min_length=1, max_length=60)]
CartId = Annotated[str, Field(description="Id of a cart, as `order_in_words` or `fill_cart` gives it.", max_length=60)]
StoreId = Annotated[str, Field(description="Id of a store; the nearest or first one when left out.", max_length=60)]
Postcode = Annotated[str, Field(description="Where the shopper is, to find a store that serves it.", max_length=12)]
Method = Annotated[str, Field(description='"pickup" at the drive or counter, or "delivery".', max_length=20)]
Cursor = Annotated[str, Field(description="Where to go on: `next_cursor` of the page before.", max_length=20)]


class Price(BaseModel):
    """An amount of money, VAT included."""

    amount: int = Field(description="Minor units: 320 is 3.20.")
    currency: str = Field(description="ISO 4217 code.")
    text: str = Field(description="As a shelf label has it.")


class Product(BaseModel):
    """A product in one store now."""

    sku: str
    name: str
    brand: str | None = None
    price: Price = Field(description="Per pack, or per kilogram when sold by weight.")
    list_price: Price | None = Field(default=None, description="Without the promotion that runs now.")
    per_unit: str = Field(default="", description="Price per kilogram, litre or piece.")
    content: str = Field(default="", description="What one pack holds.")
    sold_by: str = Field(description='"each": quantities are packs. "weight": quantities are grams.')
    available: int = Field(description="How much can be ordered, in packs or grams.")
    category: list[str] = Field(default_factory=list)
    labels: list[str] = Field(default_factory=list)
    allergens: list[str] = Field(default_factory=list)
    minimum_age: int = 0
    image: str = ""


class Products(BaseModel):
    """A page of products, best first."""

    products: list[Product]
    next_cursor: str | None = Field(default=None, description="Give it back to see the next page.")


class Store(BaseModel):
    """A shop with its own prices, stock and slots."""

    id: str
    name: str
    address: str
    methods: list[str]
    hours: dict[str, list[str]] = Field(description="Weekday (0 is Monday) to opening hours.")


class Stores(BaseModel):
    """Stores, the nearest to the postcode first."""

    stores: list[Store]


class Slot(BaseModel):
    """A window in which an order can be fetched or is brought."""

    id: str
    method: str
    starts_at: str
    ends_at: str
    fee: Price


class Line(BaseModel):
    """A line of the cart. Without `sku` nothing in this store fits the wish."""

    id: str
    asked_for: str
    sku: str | None = None
    name: str
    quantity: int = Field(description="Packs, or grams when sold by weight.")
    sold_by: str
    price: Price | None = Field(default=None, description="For all of it.")
    deposit: Price | None = Field(default=None, description="Beside the price: paid back for the empties.")
    content: str = ""
    recipe: str | None = Field(default=None, description="The recipe it is for.")
    why: list[str] = Field(default_factory=list, description="Why this product was taken.")


class Note(BaseModel):
    """Something that stands in the way of the order ("error"), or is worth knowing."""

    kind: str
    code: str
    text: str
    line_id: str = ""


class Discount(BaseModel):
    """A code that counts, or a discount that applies by itself (`code` empty)."""

    code: str
    title: str
    amount: Price


class AtHome(BaseModel):
    """What a recipe needs and a kitchen surely has: not in the cart."""

    ingredient: str
    sku: str
    name: str
    price: Price


class Recipe(BaseModel):
    """A recipe in the cart."""

    title: str
    servings: float | None = None
    cost: Price = Field(description="Of the lines bought for it.")
    price_per_portion: Price | None = None
    at_home: list[AtHome] = Field(default_factory=list, description="Not bought; fill_cart or words add it.")


class Extra(BaseModel):
    """An amount in the total beside goods and fee, with its name in the shopper's language."""

    title: str
    amount: Price


class Cart(BaseModel):
    """A cart now. It can be ordered when `ready`; `order_number` is there once it was."""

    cart_id: str
    store: str
    status: str
    reply: str = Field(default="", description="What to tell the shopper, in their language.")
    lines: list[Line]
    slot: Slot | None = None
    slots: list[Slot] = Field(default_factory=list, description="Some that may be chosen, earliest first.")
    goods: Price
    fee: Price
    discounts: list[Discount] = Field(default_factory=list, description="Taken off goods and fee already.")
    deposits: Extra | None = Field(default=None, description="On bottles, in the total: paid back for the empties.")
    total: Price
    vat: Price
    ready: bool
    notes: list[Note] = Field(default_factory=list)
    ways_to_pay: list[str] = Field(default_factory=list)
    recipes: list[Recipe] = Field(default_factory=list)
    order_number: str | None = None
    order_id: str | None = None


class Item(BaseModel):
    """A product and how much of it."""

    sku: Sku
    quantity: int = Field(ge=1, le=100_000, description="Packs, or grams when sold by weight.")
    if_gone: Literal["", "closest", "ask", "none"] = Field(
        default="", description="What the store may do when it has none left. Empty: the store decides."
    )


class Address(BaseModel):
    """Where a delivery goes."""

    name: str = Field(default="", max_length=100)
    street: str = Field(max_length=200)
    city: str = Field(max_length=100)
    postcode: str = Field(max_length=12)
    country: str = Field(default="FR", max_length=2)


class OrderLine(BaseModel):
    """A line as ordered."""

    name: str
    quantity: int
    sold_by: str
    price: Price


class Order(BaseModel):
    """An order as this platform may see it; what the agreement or the shopper keeps private is left out."""

    order_id: str
    number: str
    status: str
    store: str | None = None
    method: str | None = None
    slot_starts_at: str | None = None
    slot_ends_at: str | None = None
    total: Price | None = None
    lines: list[OrderLine] | None = None
