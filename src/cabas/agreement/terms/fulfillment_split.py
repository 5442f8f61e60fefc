"""Who prepares and who delivers, by which methods, how fast.

    [fulfillment_split]
    prepares = "retailer"
    delivers = "platform"
    methods = ["delivery"]
    within_minutes = 60

The delivery fee goes to whoever delivers. What is picked up is handed over by whoever prepared it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from cabas.agreement import words
from cabas.agreement.schema import key, names_of, one_of, whole
from cabas.agreement.term import METHODS, PARTIES, Decision, Fulfill, Question, Term, Who
from cabas.domain.ledger import Posting
from cabas.domain.order import Order
from cabas.domain.receipt import earns_fee


@dataclass(frozen=True, slots=True, kw_only=True)
class FulfillmentSplit(Term):
    """Who prepares and who delivers, by which methods, how fast."""

    required: ClassVar[bool] = True
    prepares: str = key(one_of(PARTIES), "Who picks and packs the order.", default="retailer")
    delivers: str = key(one_of(PARTIES), "Who brings it to the door, and earns the delivery fee.", default="retailer")
    methods: tuple[str, ...] = key(names_of(METHODS), "The methods offered through the platform.")
    within_minutes: int | None = key(
        whole(10, 2880),
        "A delivery must be over this many minutes after the order; no promise when left out.",
        default=None,
    )

    def decide(self, question: Question) -> Decision | None:
        """Says who prepares and delivers, and which methods and times may be chosen."""
        if isinstance(question, Fulfill):
            return self._fulfill(question)
        if isinstance(question, Who) and question.does == "prepares":
            return self._party("prepares", self.prepares, "prépare la commande", "prepares the order")
        if isinstance(question, Who) and question.does == "delivers":
            if question.method == "pickup":
                return self._party("hands_over", self.prepares, "remet la commande", "hands the order over")
            return self._party("delivers", self.delivers, "livre la commande", "delivers the order")
        return None

    def _party(self, does: str, party: str, fr: str, en: str) -> Decision:
        name = f"{{{party}}}"
        return self.yes(f"{party}_{does}", fr=f"C'est {name} qui {fr}.", en=f"{name} {en}.", value=party)

    def _fulfill(self, question: Fulfill) -> Decision:
        method = question.method
        if method not in self.methods:
            offered = {
                lang: words.listed((words.name(one, lang) for one in self.methods), lang) for lang in words.LANGS
            }
            return self.no(
                "method_not_offered",
                fr=f"Par {{platform}}, {words.name(method, 'fr')} n'est pas possible ; il y a {offered['fr']}.",
                en=f"Through {{platform}}, {words.name(method, 'en')} is not offered; there is {offered['en']}.",
            )
        promise = self.within_minutes
        if method == "delivery" and promise and question.ends_at > question.ordered_at + timedelta(minutes=promise):
            return self.no(
                "beyond_promise",
                fr=f"Par {{platform}}, une livraison doit être faite dans les {promise} minutes.",
                en=f"Through {{platform}}, a delivery must be made within {promise} minutes.",
            )
        return self.yes(
            "method_offered",
            fr=f"Par {{platform}}, {words.name(method, 'fr')} est possible.",
            en=f"Through {{platform}}, {words.name(method, 'en')} is offered.",
        )

    def postings(self, order: Order) -> tuple[Posting, ...]:
        """The delivery fee, when it is the platform's."""
        if not order.fee or earns_fee(order):
            return ()
        payable = f"platform:{order.platform}:payable"
        return (Posting("shopper:payment", payable, order.fee, self.name, "fee of the delivery the platform makes"),)
