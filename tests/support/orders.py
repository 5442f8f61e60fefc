"""Orders and agreements for tests: small, exact, with everything that does not matter left at a usual value."""

from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from cabas.agreement.agreement import Agreement, parse
from cabas.domain.order import Order, OrderLine, OrderStatus
from cabas.kernel.money import Money, total

AGREEMENTS = Path(__file__).parent.parent.parent / "agreements"
PARIS = ZoneInfo("Europe/Paris")

HEAD = """
id = "test"
retailer = "halle"
platform = "google"
starts = 2018-01-01
"""
SELLS = """
[assortment]
[[assortment.sells]]
goods = ["everything"]
"""
SHARING = """
[data_sharing]
[[data_sharing.shares]]
fields = ["order", "total"]
[[data_sharing.shares]]
fields = ["lines", "shopper", "loyalty_card"]
purpose = "receipts"
"""
FULFILLS = """
[fulfillment_split]
methods = ["pickup", "delivery"]
"""


def sold_by(seller: str) -> str:
    return f'\n[merchant_of_record]\nseller = "{seller}"\n'


def agreement(*tables: str, seller: str = "retailer", sells: str = SELLS, fulfills: str = FULFILLS) -> Agreement:
    """An agreement of the demo retailer with google since 2018, with the required terms and `tables`."""
    return parse("\n".join((HEAD, sold_by(seller), sells, fulfills, *tables)), "test.toml")


def example(name: str) -> Agreement:
    """One of the agreements of the repository, by file name without its ending."""
    return parse((AGREEMENTS / f"{name}.toml").read_text(encoding="utf-8"), f"{name}.toml")


def at(day: str, hour: str = "10:00") -> datetime:
    """A moment in Paris."""
    return datetime.fromisoformat(f"{day}T{hour}").replace(tzinfo=PARIS)


def line(cents: int, *category: str, vat: int = 550, sku: str = "", quantity: int = 1, age: int = 0) -> OrderLine:
    """A line that costs `cents`, VAT included."""
    path = category or ("Crèmerie",)
    unit = Money(cents // quantity)
    return OrderLine(1, sku or path[-1], path[-1], quantity, "each", unit, Money(cents), vat, path, None, age)


def order(
    *lines: OrderLine,
    placed: datetime | None = None,
    platform: str = "google",
    channel: str = "voice",
    method: str = "delivery",
    fee: int = 0,
    seller: str = "retailer",
    delivered_by: str = "retailer",
    shopper: str | None = "camille",
    agreement_id: str = "test",
) -> Order:
    """An order of the demo retailer, placed on 2 January 2019 at ten unless said otherwise, slot at noon."""
    placed_at = placed or at("2019-01-02")
    goods = total(one.price for one in lines)
    return Order(
        id="01942000-0000-7000-8000-000000000000",
        number="ABCDE-12345",
        retailer_id="halle",
        store_id="s1",
        shopper_id=shopper,
        platform=platform,
        agreement_id=agreement_id,
        channel=channel,
        placed_at=placed_at,
        status=OrderStatus.PLACED,
        lines=lines,
        method=method,
        slot_id="noon",
        slot_starts_at=placed_at + timedelta(hours=2),
        slot_ends_at=placed_at + timedelta(hours=3),
        fee=Money(fee),
        goods=goods,
        total=goods + Money(fee),
        merchant_of_record=seller,
        delivered_by=delivered_by,
    )
