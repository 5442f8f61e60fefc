"""Whether a shopper's account at the retailer must be linked before an order.

    [account_link]
    required_to_order = true

A linked account is what makes "milk" mean my milk; what the platform may see of it is said by [data_sharing].
"""

from __future__ import annotations

from dataclasses import dataclass

from cabas.agreement.schema import FLAG, key
from cabas.agreement.term import Decision, Place, Question, Term


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountLink(Term):
    """Whether a shopper's account at the retailer must be linked before an order."""

    required_to_order: bool = key(FLAG, "Whether an order needs a linked account.")

    def decide(self, question: Question) -> Decision | None:
        """Denies an order from a shopper without a linked account."""
        if not isinstance(question, Place) or question.linked or not self.required_to_order:
            return None
        return self.no(
            "link_required",
            fr="Pour commander par {platform}, il faut d'abord lier son compte {retailer}.",
            en="To order through {platform}, link your {retailer} account first.",
        )
