"""Double entry: postings that sum to zero, never edited, corrected by reversal (as in Formance's ledger)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from cabas.kernel.errors import InvalidInput
from cabas.kernel.money import Money


@dataclass(frozen=True, slots=True)
class Posting:
    """`amount` (positive) moves from account `source` to account `destination`, because of `term`.

    Accounts are paths: "platform:google:receivable", "retailer:sales", "retailer:commission", "shopper:payment".
    """

    source: str
    destination: str
    amount: Money
    term: str
    note: str = ""

    def __post_init__(self) -> None:
        if self.amount.amount < 0:
            raise InvalidInput(f"A posting moves a positive amount, not {self.amount}.", remedy="Swap the accounts.")
        if self.source == self.destination:
            raise InvalidInput(f"A posting cannot move money from {self.source} to itself.")

    def reversed(self) -> Posting:
        """The posting that takes this one back."""
        return Posting(self.destination, self.source, self.amount, self.term, f"reversal: {self.note}".strip())


def balances(postings: Iterable[Posting]) -> dict[tuple[str, str], int]:
    """(account, currency) -> balance in minor units; the sum per currency is always zero."""
    result: dict[tuple[str, str], int] = defaultdict(int)
    for posting in postings:
        currency = posting.amount.currency
        result[posting.source, currency] -= posting.amount.amount
        result[posting.destination, currency] += posting.amount.amount
    return dict(result)


def reverse(postings: Iterable[Posting]) -> tuple[Posting, ...]:
    """The postings that take those back, newest first: every balance is as it was before them."""
    return tuple(posting.reversed() for posting in reversed(tuple(postings)))
