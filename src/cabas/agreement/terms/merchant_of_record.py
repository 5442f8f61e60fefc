"""Who sells: bills the shopper, collects the payment, answers for the sale.

    [merchant_of_record]
    seller = "platform"

When the platform is the merchant of record it owes the retailer everything it collected; the commission and what else
is the platform's are separate debts, netted or not at settlement. The retailer's ledger carries the VAT either way:
that of its sale to the shopper, or of its sale to the platform. Deposits on bottles are the retailer's to pay back,
whoever collected them: they are no sale, and nothing is earned on them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from cabas.agreement.schema import key, one_of
from cabas.agreement.term import PARTIES, Decision, Question, Term, Who
from cabas.domain.ledger import Posting
from cabas.domain.order import Order
from cabas.domain.receipt import taxed


@dataclass(frozen=True, slots=True, kw_only=True)
class MerchantOfRecord(Term):
    """Who sells to the shopper, bills and collects."""

    required: ClassVar[bool] = True
    seller: str = key(one_of(PARTIES), "Who sells to the shopper, bills and collects the payment.")

    def decide(self, question: Question) -> Decision | None:
        """Says who sells."""
        if not isinstance(question, Who) or question.does != "sells":
            return None
        name = f"{{{self.seller}}}"
        return self.yes(
            f"{self.seller}_sells",
            fr=f"C'est {name} qui vend et facture.",
            en=f"{name} sells and bills.",
            value=self.seller,
        )

    def postings(self, order: Order) -> tuple[Posting, ...]:
        """The sale by VAT rate; and the platform's debt for what it collected, when it bills."""
        return tuple(self._moves(order))

    def _moves(self, order: Order) -> Iterator[Posting]:
        for line in taxed(order):
            rate = f"{line.rate / 100:g}%"
            if line.net:
                yield Posting("shopper:payment", "retailer:sales", line.net, self.name, f"sales at {rate}, net")
            if line.vat:
                yield Posting("shopper:payment", f"retailer:vat:{line.rate}", line.vat, self.name, f"VAT at {rate}")
        if order.deposits:
            yield Posting(
                "shopper:payment", "retailer:deposits", order.deposits, self.name, "deposits, to be paid back"
            )
        if order.merchant_of_record == "platform" and order.total:
            receivable = f"platform:{order.platform}:receivable"
            yield Posting(receivable, "shopper:payment", order.total, self.name, "collected from the shopper")
