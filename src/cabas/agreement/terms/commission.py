"""What the platform earns on an order: a share of the goods by channel and kind of goods, dated.

    [commission]
    base = "excl_vat"
    remainder = "retailer"
    maximum = 5.00
    [[commission.rates]]
    percent = 4.5
    channels = ["voice"]
    [[commission.rates]]
    percent = 2
    channels = ["voice"]
    goods = ["fresh"]

Each line of an order earns by one rate: one that names the channel before one that does not, then the one that names
its goods most precisely. Two rates that are equally precise may not share a day. The order's commission is summed
exactly, rounded once (`remainder` says who keeps the fraction of a cent), held between `minimum` and `maximum`, and
never above the goods; its parts by rate add up to it. The delivery fee earns nothing. Amounts are before VAT on the
platform's own invoice.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations

from cabas.agreement import words
from cabas.agreement.goods import ALL_GOODS, Goods
from cabas.agreement.schema import GOODS, MONEY, PERCENT, Dated, Reader, key, names_of, one_of, rows
from cabas.agreement.term import CHANNELS, Decision, Earn, Question, Term
from cabas.agreement.toml_lines import Path
from cabas.domain.ledger import Posting
from cabas.domain.order import Order, OrderLine
from cabas.domain.pricing import BASIS, vat_by_rate
from cabas.kernel.money import Money, total

BASES = {"excl_vat": "the goods without VAT", "incl_vat": "the goods, VAT included"}
REMAINDERS = {"retailer": "rounded down: the retailer keeps it", "platform": "rounded up: the platform gets it"}
_BASE_WORDS = {"fr": {"excl_vat": "HT", "incl_vat": "TTC"}, "en": {"excl_vat": "excl. VAT", "incl_vat": "incl. VAT"}}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate(Dated):
    """A share of some goods, through some channels, on some days."""

    basis_points: int = key(PERCENT, "The platform's share; two decimals at most.", name="percent")
    channels: tuple[str, ...] = key(names_of(CHANNELS), "Only through these channels; all when left out.", default=())
    goods: Goods = key(GOODS, "Only for these goods; everything when left out.", default=ALL_GOODS)

    def clash(self, other: Rate) -> str | None:
        """Goods for which both would count, equally precisely, on one day; None when there are none."""
        if not self.meets(other) or bool(self.channels) != bool(other.channels):
            return None
        if self.channels and not set(self.channels) & set(other.channels):
            return None
        return self.goods.clash(other.goods)


@dataclass(frozen=True, slots=True)
class Part:
    """The part of an order's commission that one rate earned, and on how much."""

    rate: Rate
    base: Money
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Commission(Term):
    """What the platform earns on an order."""

    base: str = key(one_of(BASES), "What the percentage is taken of.", default="excl_vat")
    remainder: str = key(one_of(REMAINDERS), "Who keeps the fraction of a cent.", default="retailer")
    minimum: Money | None = key(MONEY, "The least per order that earns something.", default=None)
    maximum: Money | None = key(MONEY, "The most per order.", default=None)
    rates: tuple[Rate, ...] = key(rows(Rate), "The shares.")

    def verify(self, path: Path, reader: Reader) -> None:
        """Notes rates that overlap, and a minimum above the maximum."""
        if self.minimum and self.maximum and self.maximum < self.minimum:
            reader.problem((*path, "minimum"), "The minimum is above the maximum.", f"Use {self.maximum} at most.")
        for (first, one), (second, other) in combinations(enumerate(self.rates), 2):
            goods = one.clash(other)
            if goods is not None:
                message = f"This rate and the one in row {first + 1} both count for {goods}, on the same days."
                reader.problem((*path, "rates", second), message, "Part their days, channels or goods.")

    def decide(self, question: Question) -> Decision | None:
        """Says what the order earns the platform."""
        if not isinstance(question, Earn):
            return None
        parts = self.parts(question.order)
        due = total((part.amount for part in parts), question.order.total.currency)
        if not parts:
            return self.yes(
                "no_commission",
                fr="Cette commande ne rapporte rien à {platform}.",
                en="This order earns {platform} nothing.",
                value="0",
            )
        said = {lang: self._said(parts, due, lang) for lang in words.LANGS}
        return self.yes(
            "commission_due",
            fr=f"Commission de {{platform}} : {said['fr']}.",
            en=f"Commission of {{platform}}: {said['en']}.",
            value=str(due.amount),
        )

    def _said(self, parts: tuple[Part, ...], due: Money, lang: str) -> str:
        of, base = ("de" if lang == "fr" else "of"), _BASE_WORDS[lang][self.base]
        shares = [
            f"{words.percent(part.rate.basis_points, lang)} {of} {words.money(part.base, lang)} {base}"
            for part in parts
        ]
        return f"{words.listed(shares, lang)}, {'soit' if lang == 'fr' else 'that is'} {words.money(due, lang)}"

    def postings(self, order: Order) -> tuple[Posting, ...]:
        """What the retailer owes the platform, one posting per rate."""
        payable = f"platform:{order.platform}:payable"
        return tuple(
            Posting("retailer:commission", payable, part.amount, self.name, self._note(part))
            for part in self.parts(order)
            if part.amount
        )

    def _note(self, part: Part) -> str:
        return f"{words.percent(part.rate.basis_points, 'en')} of {part.base} {_BASE_WORDS['en'][self.base]}"

    def parts(self, order: Order) -> tuple[Part, ...]:
        """The commission of `order` by rate, in the order of the file; empty when no line earns anything."""
        by_rate: dict[int, list[OrderLine]] = {}
        for line in order.lines:
            index = self._rate_of(line, order)
            if index is not None:
                by_rate.setdefault(index, []).append(line)
        found = [(self.rates[index], self._base(by_rate[index])) for index in sorted(by_rate)]
        earning = [(rate, base) for rate, base in found if base]
        if not earning:
            return ()
        shares = self._due(earning).allocate(_weights(earning))
        return tuple(Part(rate, base, amount) for (rate, base), amount in zip(earning, shares, strict=True))

    def _rate_of(self, line: OrderLine, order: Order) -> int | None:
        day = order.placed_at.date()
        found = [
            (bool(rate.channels), level, -index)
            for index, rate in enumerate(self.rates)
            if rate.on(day)
            and (not rate.channels or order.channel in rate.channels)
            and (level := rate.goods.match(line.category, line.minimum_age)) is not None
        ]
        return -max(found)[2] if found else None

    def _base(self, lines: Iterable[OrderLine]) -> Money:
        amounts = [(line.price, line.vat_rate) for line in lines]
        gross = total(amount for amount, _ in amounts)
        return gross if self.base == "incl_vat" else gross - total(vat_by_rate(amounts).values(), gross.currency)

    def _due(self, earning: list[tuple[Rate, Money]]) -> Money:
        """Summed exactly, rounded once, then held within its bounds."""
        goods = total(base for _, base in earning)
        exact = sum(Fraction(base.amount * rate.basis_points, BASIS) for rate, base in earning)
        up = self.remainder == "platform" and exact.denominator != 1
        due = Money(int(exact) + up, goods.currency)
        if self.minimum is not None:
            due = max(due, self.minimum)
        if self.maximum is not None:
            due = min(due, self.maximum)
        return min(due, goods)


def _weights(earning: list[tuple[Rate, Money]]) -> list[int]:
    """How the commission is split among rates: by what each earns; by the goods when only a minimum is due."""
    weights = [base.amount * rate.basis_points for rate, base in earning]
    return weights if any(weights) else [base.amount for _, base in earning]
