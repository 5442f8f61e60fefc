"""What a platform and a retailer owe each other for a period, from what their orders posted to the ledger.

Pure functions: the caller brings the entries (an order, the day, and what it posted that day), the agreement says when
and how it is paid. A refund or a correction is an entry of the day it was posted, so a closed statement never changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from cabas.agreement.agreement import Agreement
from cabas.agreement.terms.settlement import Settlement
from cabas.domain.ledger import Posting, balances
from cabas.domain.order import Order
from cabas.kernel.errors import InvalidInput
from cabas.kernel.money import Money, total

BANK, DEPOSITS, TERM = "retailer:bank", "retailer:deposits", "settlement"


@dataclass(frozen=True, slots=True)
class Entry:
    """What an order posted on a day of the store: when it was placed, corrected or canceled."""

    order: Order
    day: date
    postings: tuple[Posting, ...]


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One order in a statement. `sold` is what the retailer earned, VAT included; `collected` what the platform took
    from the shopper for it, with the `deposits`, which are no sale; `owed` what the retailer owes the platform, by
    term. Negative amounts were taken back.
    """

    order_number: str
    day: date
    sold: Money
    collected: Money
    owed: Mapping[str, Money]
    deposits: Money


@dataclass(frozen=True, slots=True)
class Payment:
    """`payer` ("retailer" or "platform") pays the other one."""

    payer: str
    amount: Money


@dataclass(frozen=True, slots=True)
class Statement:
    """What was sold and what is owed from `starts` to `ends` (both included), to be paid on `due_on`.

    `net` is what the platform owes after everything; below zero the retailer owes it.
    """

    agreement_id: str
    retailer: str
    platform: str
    starts: date
    ends: date
    due_on: date
    lines: tuple[StatementLine, ...]
    sold: Money
    collected: Money
    owed: Mapping[str, Money]
    net: Money
    payments: tuple[Payment, ...]

    @property
    def orders(self) -> int:
        """How many orders it has."""
        return len({line.order_number for line in self.lines})


def statement(agreement: Agreement, entries: Iterable[Entry], day: date) -> Statement:
    """The statement of the period that holds `day`. Entries of other agreements and other days are left out.

    Raises `InvalidInput` when an entry is in another currency than the agreement.
    """
    term = agreement.find(Settlement) or Settlement()
    starts, ends = term.period_of(day)
    currency = agreement.head.currency
    ours = [one for one in entries if one.order.agreement_id == agreement.id and starts <= one.day <= ends]
    ours = [one for one in ours if one.order.retailer_id == agreement.retailer]
    lines = tuple(_line(one, currency) for one in sorted(ours, key=lambda one: (one.day, one.order.id)))
    terms = sorted({term_name for line in lines for term_name in line.owed})
    owed = {name: total((line.owed[name] for line in lines if name in line.owed), currency) for name in terms}
    collected = total((line.collected for line in lines), currency)
    debts = total(owed.values(), currency)
    return Statement(
        agreement_id=agreement.id,
        retailer=agreement.retailer,
        platform=agreement.platform,
        starts=starts,
        ends=ends,
        due_on=term.due_on(ends),
        lines=lines,
        sold=total((line.sold for line in lines), currency),
        collected=collected,
        owed=owed,
        net=collected - debts,
        payments=_payments(collected, debts, netting=term.netting),
    )


def _line(entry: Entry, currency: str) -> StatementLine:
    if any(posting.amount.currency != currency for posting in entry.postings):
        raise InvalidInput(
            f"Order {entry.order.number} is not in {currency}.", remedy="Settle it under an agreement in its currency."
        )
    receivable, payable = (f"platform:{entry.order.platform}:{side}" for side in ("receivable", "payable"))
    left = {account: Money(amount, currency) for (account, _), amount in balances(entry.postings).items()}
    owed: dict[str, Money] = {}
    for posting in entry.postings:
        sign = (posting.destination == payable) - (posting.source == payable)
        if sign:
            owed[posting.term] = owed.get(posting.term, Money.zero(currency)) + posting.amount.times(sign)
    earned = [amount for account, amount in left.items() if account.startswith(("retailer:sales", "retailer:vat:"))]
    return StatementLine(
        entry.order.number,
        entry.day,
        sold=total(earned, currency),
        collected=-left.get(receivable, Money.zero(currency)),
        owed=owed,
        deposits=left.get(DEPOSITS, Money.zero(currency)),
    )


def _payments(collected: Money, debts: Money, *, netting: bool) -> tuple[Payment, ...]:
    claims = [("platform", collected - debts)] if netting else [("platform", collected), ("retailer", debts)]
    return tuple(_payment(payer, amount) for payer, amount in claims if amount)


def _payment(payer: str, amount: Money) -> Payment:
    """A negative claim is the other party's debt."""
    if amount.amount > 0:
        return Payment(payer, amount)
    return Payment("retailer" if payer == "platform" else "platform", -amount)


def settlement_postings(made: Statement) -> tuple[Posting, ...]:
    """What is posted when the statement is paid: the debts of its orders are gone, the difference is in the bank.

    In a posting the source is debited and the destination credited. Undo them with `domain.ledger.reverse`.
    """
    receivable, payable = (f"platform:{made.platform}:{side}" for side in ("receivable", "payable"))
    debts = total(made.owed.values(), made.net.currency)
    note = f"{made.agreement_id} {made.starts} to {made.ends}"
    if len(made.payments) == 2:
        moves = [(BANK, receivable, made.collected), (payable, BANK, debts)]
    else:
        moves = [(payable, receivable, debts), (BANK, receivable, made.net)]
    return tuple(_posting(source, destination, amount, note) for source, destination, amount in moves if amount)


def _posting(source: str, destination: str, amount: Money, note: str) -> Posting:
    if amount.amount < 0:
        return Posting(destination, source, -amount, TERM, note)
    return Posting(source, destination, amount, TERM, note)
