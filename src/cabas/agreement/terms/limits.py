"""How small and how large an order may be, and more tightly on some days.

    [limits]
    order_minimum = 15.00
    order_maximum = 300.00
    lines_maximum = 60
    pieces_maximum = 12
    [[limits.days]]
    from = 2018-11-11
    until = 2018-11-11
    pieces_maximum = 6

Amounts are of the goods, VAT included. `pieces_maximum` is per product and does not count goods sold by weight. On the
days of a row both it and the general limits count: the tighter one wins.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from cabas.agreement import words
from cabas.agreement.schema import MONEY, Dated, Reader, key, rows, whole
from cabas.agreement.term import Decision, Place, Question, Sell, Term
from cabas.agreement.toml_lines import Path
from cabas.domain.cart import LINES_MAX, QUANTITY_MAX
from cabas.kernel.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit(Dated):
    """The limits of some days."""

    order_minimum: Money | None = key(MONEY, "The least an order may be worth.", default=None)
    order_maximum: Money | None = key(MONEY, "The most an order may be worth.", default=None)
    lines_maximum: int | None = key(whole(1, LINES_MAX), "How many lines it may have.", default=None)
    pieces_maximum: int | None = key(
        whole(1, QUANTITY_MAX), "How many pieces of one product it may have.", default=None
    )

    def verify(self, path: Path, reader: Reader) -> None:
        """Notes a minimum above the maximum."""
        Dated.verify(self, path, reader)
        if self.order_minimum and self.order_maximum and self.order_maximum < self.order_minimum:
            remedy = f"Use {self.order_maximum} at most."
            reader.problem((*path, "order_minimum"), "The minimum is above the maximum.", remedy)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits(Limit, Term):
    """How small and how large an order may be, and more tightly on some days."""

    days: tuple[Limit, ...] = key(rows(Limit), "Tighter limits on some days.", default=())

    def decide(self, question: Question) -> Decision | None:
        """Denies what is above or below a limit of the day."""
        limits = [limit for limit in (self, *self.days) if limit.on(question.day)]
        if isinstance(question, Place):
            return next((denial for limit in limits for denial in self._order(limit, question)), None)
        if isinstance(question, Sell):
            most = min((limit.pieces_maximum for limit in limits if limit.pieces_maximum), default=None)
            if most is not None and question.pieces > most:
                about = {"fr": question.about or "un article", "en": question.about or "one product"}
                return self.no(
                    "too_many_pieces",
                    fr=f"Par {{platform}}, on ne peut pas commander plus de {most} fois {about['fr']}.",
                    en=f"Through {{platform}}, at most {most} of {about['en']} can be ordered.",
                )
        return None

    def _order(self, limit: Limit, question: Place) -> Iterator[Decision]:
        least, most, lines = limit.order_minimum, limit.order_maximum, limit.lines_maximum
        if least is not None and question.goods < least:
            yield self.no(
                "order_too_small",
                fr=f"Par {{platform}}, une commande est d'au moins {words.money(least, 'fr')} d'articles.",
                en=f"Through {{platform}}, an order is at least {words.money(least, 'en')} of goods.",
            )
        if most is not None and most < question.goods:
            yield self.no(
                "order_too_large",
                fr=f"Par {{platform}}, une commande est d'au plus {words.money(most, 'fr')} d'articles.",
                en=f"Through {{platform}}, an order is at most {words.money(most, 'en')} of goods.",
            )
        if lines is not None and question.lines > lines:
            yield self.no(
                "too_many_lines",
                fr=f"Par {{platform}}, une commande a au plus {lines} lignes.",
                en=f"Through {{platform}}, an order has at most {lines} lines.",
            )
