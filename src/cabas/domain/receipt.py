"""The receipt of an order, with the mentions French law asks for: number, date, shop, seller, label, quantity, unit
price, VAT by rate, total VAT included (arrêté n° 83-50/A of 3 October 1983; code général des impôts, article 286).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from cabas.domain.order import Order, OrderLine
from cabas.domain.pricing import vat_by_rate
from cabas.kernel.money import Money, exponent, total
from cabas.kernel.quantity import GRAM, Quantity

# Preparing and bringing goods is a service of its own: the standard rate, in basis points.
FEE_VAT_RATE = 2000


@dataclass(frozen=True, slots=True)
class ReceiptLine:
    """One line: `quantity` pieces or grams (`sold_by` tells), price per piece or kilogram, VAT included. Of `price`,
    codes take off `discount`; `deposit` is paid beside it.
    """

    label: str
    quantity: int
    sold_by: str
    unit_price: Money
    price: Money
    vat_rate: int
    discount: Money | None = None
    deposit: Money | None = None


@dataclass(frozen=True, slots=True)
class ReceiptDiscount:
    """What one discount took off the goods."""

    title: str
    amount: Money


@dataclass(frozen=True, slots=True)
class VatLine:
    """What was sold at one VAT `rate` (basis points): `net` + `vat` = `gross`."""

    rate: int
    net: Money
    vat: Money
    gross: Money


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the shopper keeps. `vat` covers the goods, and the fee when the retailer earns it; `seller` is the
    merchant of record by name, `fee_by` names who is paid `fee`. The prices of the lines less the `discounts` are
    `goods`. `deposits` are paid back for empties: no sale, so no VAT is inside them (None without any).
    """

    number: str
    order_id: str
    placed_at: datetime
    store_name: str
    store_address: str
    seller: str
    lines: tuple[ReceiptLine, ...]
    goods: Money
    fee: Money
    fee_by: str
    total: Money
    vat: tuple[VatLine, ...]
    method: str
    slot_starts_at: datetime
    slot_ends_at: datetime
    minimum_age: int = 0
    discounts: tuple[ReceiptDiscount, ...] = ()
    deposits: Money | None = None


def earns_fee(order: Order) -> bool:
    """Whether the delivery fee is the retailer's: it goes to whoever delivers."""
    return order.delivered_by == "retailer"


def taxed(order: Order) -> tuple[VatLine, ...]:
    """The retailer's sale by VAT rate, lowest first; deposits are no sale. VAT is rounded once per rate, on the sum, as
    tills do.
    """
    amounts = [(line.price, line.vat_rate) for line in order.lines]
    if order.fee and earns_fee(order):
        amounts.append((order.fee, FEE_VAT_RATE))
    vat = vat_by_rate(amounts)
    gross = {rate: total(amount for amount, at in amounts if at == rate) for rate in vat}
    return tuple(VatLine(rate, gross[rate] - vat[rate], vat[rate], gross[rate]) for rate in vat)


def receipt(order: Order, store_name: str, store_address: str, names: Mapping[str, str]) -> Receipt:
    """The receipt of `order`. `names` maps the parties, "retailer" and "platform", to the names printed."""
    return Receipt(
        number=order.number,
        order_id=order.id,
        placed_at=order.placed_at,
        store_name=store_name,
        store_address=store_address,
        seller=names[order.merchant_of_record],
        lines=tuple(_line(line) for line in order.lines),
        goods=order.goods,
        fee=order.fee,
        fee_by=names[order.delivered_by],
        total=order.total,
        vat=taxed(order),
        method=order.method,
        slot_starts_at=order.slot_starts_at,
        slot_ends_at=order.slot_ends_at,
        minimum_age=max((line.minimum_age for line in order.lines), default=0),
        discounts=tuple(
            ReceiptDiscount(one.title or one.code, one.amount - one.fee)
            for one in order.discounts
            if one.amount != one.fee
        ),
        deposits=order.deposits or None,
    )


def _line(line: OrderLine) -> ReceiptLine:
    return ReceiptLine(
        line.name, line.quantity, line.sold_by, line.unit_price, line.full_price, line.vat_rate, line.discount,
        line.deposit,
    )  # fmt: skip


_WORDS = {
    "fr": {
        "title": "Ticket n° {number} du {day:%d/%m/%Y} à {day:%H:%M}",
        "seller": "Vendu par {seller}",
        "per": "{quantity} x {price}",
        "goods": "Articles",
        "deposits": "Consignes (hors TVA)",
        "fee": "Livraison ou préparation ({by})",
        "total": "TOTAL TTC",
        "vat": "TVA {rate} % sur {net} HT",
        "age": "Vente interdite aux moins de {age} ans : une pièce d'identité sera demandée.",
    },
    "en": {
        "title": "Receipt no. {number} of {day:%Y-%m-%d}, {day:%H:%M}",
        "seller": "Sold by {seller}",
        "per": "{quantity} x {price}",
        "goods": "Goods",
        "deposits": "Deposits (no VAT)",
        "fee": "Delivery or preparation ({by})",
        "total": "TOTAL incl. VAT",
        "vat": "VAT {rate}% on {net} net",
        "age": "Not for sale to people under {age}: proof of age will be asked for.",
    },
}


def text(receipt: Receipt, lang: str, width: int = 48) -> str:
    """The receipt as a till prints it, `width` characters wide. A language without words is printed in English."""
    words = _WORDS.get(lang, _WORDS["en"])

    def row(label: str, amount: Money) -> str:
        price = _amount(amount, lang)
        return f"{label[: width - len(price) - 1]:<{width - len(price)}}{price}"

    rows = [receipt.store_name, receipt.store_address, words["seller"].format(seller=receipt.seller)]
    rows.append(words["title"].format(number=receipt.number, day=receipt.placed_at))
    rows.append("-" * width)
    for line in receipt.lines:
        quantity = str(Quantity(line.quantity, GRAM).to("KGM")) if line.sold_by == "weight" else str(line.quantity)
        rows += [line.label[:width]]
        per = words["per"].format(quantity=_point(quantity, lang), price=_amount(line.unit_price, lang))
        rows.append(row(f"  {per}", line.price))
    rows += [row(one.title, -one.amount) for one in receipt.discounts]
    rows += ["-" * width, row(words["goods"], receipt.goods)]
    if receipt.deposits:
        rows.append(row(words["deposits"], receipt.deposits))
    if receipt.fee:
        rows.append(row(words["fee"].format(by=receipt.fee_by), receipt.fee))
    rows.append(row(words["total"], receipt.total))
    for vat in receipt.vat:
        rate = _point(f"{vat.rate / 100:g}", lang)
        rows.append(row(words["vat"].format(rate=rate, net=_amount(vat.net, lang)), vat.vat))
    if receipt.minimum_age:
        rows.append(words["age"].format(age=receipt.minimum_age))
    return "\n".join(one for one in rows if one) + "\n"


def _point(figure: str, lang: str) -> str:
    return figure.replace(".", ",") if lang == "fr" else figure


def _amount(amount: Money, lang: str) -> str:
    figure = f"{amount.amount / 10 ** exponent(amount.currency):.{exponent(amount.currency)}f}"
    return f"{_point(figure, lang)} {'€' if amount.currency == 'EUR' else amount.currency}"
