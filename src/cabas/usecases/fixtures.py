"""A small shop from CSV files, in the layout of UCP's own conformance tests (the "flower shop"): a retailer of its own.

    products.csv             id, title, price, image_url          price in minor units
    inventory.csv            product_id, quantity
    customers.csv            id, name, email
    addresses.csv            id, customer_id, street_address, city, state, postal_code, country
    shipping_rates.csv       id, country_code, service_level, price, title
    discounts.csv            code, type, value, description       type: percentage or fixed_amount
    promotions.csv           id, type, min_subtotal, eligible_item_ids, description       type: free_shipping
    payment_instruments.csv  id, type, brand, last_digits, token, handler_id
    conformance_input.json   currency

Products and inventory must be there, the others may. All of it is read before anything is written: the first problem of
each row is told, with file, row and field.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar

from cabas.domain.catalog import Offer, Product
from cabas.domain.customer import Shopper
from cabas.domain.discount import BASIS, Discount, Kind, checked
from cabas.domain.fulfillment import Method, Slot
from cabas.kernel.errors import CabasError, InvalidInput
from cabas.kernel.money import Money
from cabas.usecases.discounts import Discounts
from cabas.usecases.ports import Fill, StockLevel, Store

STORE, PICKUP = "main", "pickup"
# What one number of a test shop may be, and how many rows a file may have.
MOST, ROWS_MAX, PROBLEMS_SHOWN = 10**9, 10_000, 8
PLACES = 1_000_000
# When goods arrive by service level, in days; one that is not named here is like "standard". Windows stay open for the
# days on which slots are offered: whoever plays longer loads again.
LEVELS: Mapping[str, tuple[int, int]] = {"express": (4, 5), "standard": (5, 7)}
NEEDED = ("products", "inventory")
T = TypeVar("T")


@dataclass(slots=True)
class Fixtures:
    """What was read. `addresses` and `instruments` count rows that are checked and not kept: a checkout brings its own
    address, and tokens of cards are for the payment service of the tests.
    """

    currency: str = "USD"
    products: list[tuple[Product, Money]] = field(default_factory=list)
    stock: dict[str, int] = field(default_factory=dict)
    customers: list[Shopper] = field(default_factory=list)
    rates: list[tuple[str, str, Money]] = field(default_factory=list)
    discounts: list[Discount] = field(default_factory=list)
    addresses: int = 0
    instruments: int = 0


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a file. `number` counts the header as 1."""

    file: str
    number: int
    cells: Mapping[str, str]

    def text(self, name: str, *, optional: bool = False, pattern: str = r".{1,300}") -> str:
        """A cell. Raises `InvalidInput` when it is empty or does not look like its kind."""
        value = (self.cells.get(name) or "").strip()
        if (value or not optional) and not re.fullmatch(pattern, value):
            raise self.wrong(name, f"{value[:60]!r} cannot be used", "Fill it in." if not value else "Correct it.")
        return value

    def number_of(self, name: str, *, optional: bool = False) -> int:
        """A whole number of zero or more."""
        value = (self.cells.get(name) or "").strip()
        if optional and not value:
            return 0
        if not value.isascii() or not value.isdigit() or int(value) > MOST:
            raise self.wrong(name, f"{value[:60]!r} is no whole number", f"Use 0 to {MOST}, prices in minor units.")
        return int(value)

    def wrong(self, name: str, what: str, remedy: str) -> InvalidInput:
        """A problem of a cell."""
        return InvalidInput(f"{self.file}.csv, row {self.number}, {name}: {what}.", remedy=remedy, code="bad_fixture")


def read_fixtures(files: Mapping[str, str], retailer_id: str) -> Fixtures:
    """The shop of some files (name without folder -> text). Raises `InvalidInput` that tells of each wrong row."""
    missing = [name for name in NEEDED if f"{name}.csv" not in files]
    if missing:
        raise InvalidInput(f"There is no {missing[0]}.csv.", remedy=f"A shop needs {' and '.join(NEEDED)}.")
    found, problems = Fixtures(currency=_currency(files.get("conformance_input.json", ""))), list[CabasError]()

    def each(name: str, read: Callable[[Row], T]) -> list[T]:
        made = []
        for row in _rows(name, files.get(f"{name}.csv", "")):
            try:
                made.append(read(row))
            except CabasError as problem:
                problems.append(problem)
        return made

    found.products = each("products", lambda row: _product(row, found.currency))
    skus = {product.sku for product, _ in found.products}
    found.stock = dict(each("inventory", lambda row: _level(row, skus)))
    found.customers = each("customers", lambda row: _customer(row, retailer_id))
    people = {one.id for one in found.customers}
    found.addresses = len(each("addresses", lambda row: _address(row, people)))
    found.rates = each("shipping_rates", lambda row: _rate(row, found.currency))
    codes = each("discounts", lambda row: _code(row, found.currency))
    found.discounts = [*codes, *each("promotions", lambda row: _promotion(row, found.currency, skus))]
    found.instruments = len(each("payment_instruments", _instrument))
    _once("products.csv", "id", (product.sku for product, _ in found.products), problems)
    _once("discounts.csv", "code", (one.code for one in found.discounts), problems)
    _once("shipping_rates.csv", "id", (ident for ident, _, _ in found.rates), problems)
    if problems:
        raise _all(problems)
    return found


async def load_fixtures(
    found: Fixtures, retailer_id: str, name: str, *, fill: Fill, discounts: Discounts, now: datetime
) -> None:
    """Write the shop: one store, its windows open from `now` on. Loading it again replaces what it holds."""
    await fill.retailer(retailer_id, name)
    methods = ("delivery", "pickup") if found.rates else ("pickup",)
    await fill.stores(retailer_id, [Store(STORE, retailer_id, name, "UTC", currency=found.currency, methods=methods)])
    await fill.products(retailer_id, [product for product, _ in found.products])
    await fill.offers(retailer_id, [Offer(product.sku, "", price, 0) for product, price in found.products])
    counted = {product.sku: 0 for product, _ in found.products} | found.stock
    await fill.stock(retailer_id, [StockLevel(STORE, sku, count) for sku, count in counted.items()])
    await fill.slots(retailer_id, _slots(found, now))
    await fill.shoppers(retailer_id, found.customers)
    await discounts.keep(retailer_id, found.discounts)


def open_agreement(retailer_id: str, name: str, currency: str) -> str:
    """The agreement by which any platform may shop there: it is a shop to play with."""
    return f"""id = "{retailer_id}-anyone"
retailer = "{retailer_id}"
platform = "anyone"
starts = 2020-01-01
currency = "{currency}"
retailer_name = {json.dumps(name)}
[access]
open = true
[merchant_of_record]
seller = "retailer"
[assortment]
[[assortment.sells]]
goods = ["everything"]
[fulfillment_split]
methods = ["pickup", "delivery"]
[[data_sharing.shares]]
fields = ["order", "store", "slot", "total", "vat", "stock"]
"""


def _slots(found: Fixtures, now: datetime) -> list[Slot]:
    """A window for each rate, and one to pick up."""
    day = now.replace(hour=0, minute=0, second=0, microsecond=0)
    windows = [
        (ident, Method.DELIVERY, *LEVELS.get(level, LEVELS["standard"]), fee) for ident, level, fee in found.rates
    ]
    windows.append((PICKUP, Method.PICKUP, 6, 7, Money.zero(found.currency)))
    return [
        Slot(ident, STORE, method, starts, day + timedelta(days=last), starts, PLACES, 0, fee)
        for ident, method, first, last, fee in windows
        if (starts := day + timedelta(days=first))
    ]


def _rows(name: str, text: str) -> Iterable[Row]:
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")), skipinitialspace=True)
    for number, cells in enumerate(reader, start=2):
        if number > ROWS_MAX:
            raise InvalidInput(
                f"{name}.csv has more than {ROWS_MAX} rows.", remedy="Import it: `cabas catalog import`."
            )
        yield Row(name, number, {str(key): value for key, value in cells.items() if isinstance(value, str)})


def _currency(text: str) -> str:
    try:
        said: Any = json.loads(text or "{}")
        currency = said.get("currency", "USD")
    except (ValueError, AttributeError, RecursionError):
        currency = ""
    if not isinstance(currency, str) or not re.fullmatch(r"[A-Z]{3}", currency):
        raise InvalidInput("conformance_input.json names no currency.", remedy='Write {"currency": "USD"}.')
    return currency


ID = r"[A-Za-z0-9._-]{1,100}"


def _product(row: Row, currency: str) -> tuple[Product, Money]:
    sku, title = row.text("id", pattern=ID), row.text("title")
    image = row.text("image_url", optional=True, pattern=r"https?://\S{1,500}")
    price = Money(row.number_of("price"), currency)
    return Product(sku, {"en": title}, lang="en", category=("Fixtures",), vat_rate=0, image=image), price


def _level(row: Row, skus: set[str]) -> tuple[str, int]:
    sku = row.text("product_id", pattern=ID)
    if sku not in skus:
        raise row.wrong("product_id", f"there is no product {sku!r}", "Add it to products.csv.")
    return sku, row.number_of("quantity")


def _customer(row: Row, retailer_id: str) -> Shopper:
    email = row.text("email", optional=True, pattern=r"[^@\s]{1,100}@[^@\s]{1,100}").lower()
    name = row.text("name", pattern=r".{1,100}")
    return Shopper(row.text("id", pattern=ID), retailer_id, name, "en-US", STORE, email=email or None)


def _address(row: Row, people: set[str]) -> str:
    customer = row.text("customer_id", pattern=ID)
    if customer not in people:
        raise row.wrong("customer_id", f"there is no customer {customer!r}", "Add them to customers.csv.")
    row.text("country", pattern=r"[A-Z]{2}")
    return row.text("id", pattern=ID)


def _rate(row: Row, currency: str) -> tuple[str, str, Money]:
    row.text("country_code", pattern=r"default|[A-Z]{2}")
    price = Money(row.number_of("price"), currency)
    return row.text("id", pattern=ID), row.text("service_level", pattern=r"\w{1,40}"), price


def _code(row: Row, currency: str) -> Discount:
    kinds = {"percentage": (Kind.PERCENT, BASIS // 100), "fixed_amount": (Kind.AMOUNT, 1)}
    said = row.text("type", pattern=r"\w{1,40}")
    if said not in kinds:
        raise row.wrong("type", f"{said!r} is no kind of discount", f"Use {' or '.join(kinds)}.")
    kind, factor = kinds[said]
    title = row.text("description", optional=True, pattern=r".{0,100}")
    return _sense(row, "value", Discount(row.text("code"), title, kind, row.number_of("value") * factor, currency))


def _promotion(row: Row, currency: str, skus: set[str]) -> Discount:
    said = row.text("type", pattern=r"\w{1,40}")
    if said != "free_shipping":
        raise row.wrong("type", f"{said!r} is no kind of promotion", "Use free_shipping.")
    try:
        eligible = json.loads(row.cells.get("eligible_item_ids") or "[]")
    except (ValueError, RecursionError):
        eligible = None
    if not isinstance(eligible, list) or not set(map(str, eligible)) <= skus:
        raise row.wrong("eligible_item_ids", "this is no list of products", 'Write it like ["rose", "tulip"].')
    title = row.text("description", optional=True, pattern=r".{0,100}")
    least, goods = row.number_of("min_subtotal", optional=True), tuple(map(str, eligible))
    one = Discount(row.text("id"), title, Kind.FEE, BASIS, currency, least, skus=goods, automatic=True)
    return _sense(row, "id", one)


def _instrument(row: Row) -> str:
    row.text("handler_id", pattern=ID)
    row.text("token", pattern=r"[\w-]{1,200}")
    return row.text("id", pattern=ID)


def _sense(row: Row, name: str, one: Discount) -> Discount:
    try:
        return checked(one)
    except InvalidInput as problem:
        raise row.wrong(name, problem.message.rstrip("."), problem.remedy) from problem


def _once(file: str, name: str, values: Iterable[str], problems: list[CabasError]) -> None:
    seen: set[str] = set()
    for value in values:
        if value in seen:
            problems.append(InvalidInput(f"{file}, {name}: {value[:60]!r} is there twice.", remedy="Keep one of them."))
        seen.add(value)


def _all(problems: list[CabasError]) -> CabasError:
    """One error that tells all of them, with the first one's remedy."""
    told = [problem.message for problem in problems[:PROBLEMS_SHOWN]]
    more = len(problems) - len(told)
    told += [f"... and {more} more."] if more else []
    return InvalidInput("\n       ".join(told), remedy=f"{problems[0].remedy} Nothing was loaded.", code="bad_fixture")
