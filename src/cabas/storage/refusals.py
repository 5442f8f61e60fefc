"""When an order, a turn or a question is refused, in words PostgreSQL and memory share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta

from cabas.domain.adjustment import next_id
from cabas.domain.cart import Conversation
from cabas.domain.ledger import balances
from cabas.domain.order import Adjustment, Order
from cabas.kernel.errors import Conflict, InvalidInput, NotFound
from cabas.usecases.learn.ports import WAITING, Proposal
from cabas.usecases.ports import PlaceOrder

# Older purchases weigh next to nothing (domain.insight halves them every 60 days), and may not be kept for long anyway.
HABITS_SINCE = timedelta(days=2 * 365)


def check(command: PlaceOrder) -> None:
    """Refuse an order that cannot be written whole. Raises `InvalidInput`; nothing was changed."""
    order = command.order
    if not order.lines or any(line.quantity <= 0 for line in order.lines):
        raise InvalidInput("An order needs lines, each with a quantity above zero.")
    currencies = {order.total.currency, order.goods.currency, order.fee.currency}
    currencies |= {amount.currency for line in order.lines for amount in (line.price, line.unit_price)}
    if len(currencies) > 1:
        raise InvalidInput(f"An order is in one currency, not in {' and '.join(sorted(currencies))}.")
    sums: Counter[str] = Counter()
    for (_, currency), amount in balances(command.postings).items():
        sums[currency] += amount
    if any(sums.values()):
        raise InvalidInput("The postings of an order must sum to zero in each currency.")


def wanted(order: Order) -> dict[str, int]:
    """SKU -> quantity over all lines, in SKU order: the order in which everybody locks stock."""
    quantities: Counter[str] = Counter()
    for line in order.lines:
        quantities[line.sku] += line.quantity
    return dict(sorted(quantities.items()))


def stored_answer(row: tuple[str, bytes], key: str, request_hash: str) -> bytes:
    """The answer of an idempotency row (hash, answer). Raises `Conflict` when it is of another request."""
    if row[0] == request_hash:
        return bytes(row[1])
    raise Conflict(
        f"The idempotency key {key!r} was used for another request.",
        remedy="Use a new key for a new request.",
        code="idempotency_mismatch",
    )


def no_pack(pack_id: str, known: Sequence[str]) -> NotFound:
    """A pack of words that is not there."""
    there = f"There are {', '.join(known)}." if known else "There are none yet: `cabas lexicon import FILE`."
    return NotFound(f"There is no pack of words {pack_id!r}.", remedy=there)


def no_proposal(wanted: Sequence[str], known: Sequence[Proposal]) -> NotFound:
    """Proposals of which one is not open. Nothing was decided."""
    waiting = {one.id for one in known if one.state == WAITING}
    missing = ", ".join(one for one in wanted if one not in waiting)
    return NotFound(f"No proposal is open as {missing}; nothing was decided.", remedy="See `cabas lexicon learn`.")


def overtaken(conversation: Conversation) -> Conflict:
    """Two turns at once: the second one is refused."""
    return Conflict(
        f"Conversation {conversation.id} went on meanwhile: turn {conversation.version} is not its last.",
        remedy="Load it again and repeat the turn.",
        code="conversation_conflict",
    )


def no_store(retailer_id: str, store_id: str, known: Sequence[str]) -> NotFound:
    """There is no such store."""
    return NotFound(
        f"{retailer_id} has no store {store_id!r}.",
        remedy=f"Its stores are {', '.join(known)}." if known else "It has no stores yet: load some.",
    )


def no_shopper(shopper_id: str) -> NotFound:
    """There is no such shopper."""
    return NotFound(f"There is no shopper {shopper_id!r}.", remedy="Link the account again.")


def no_discount(code: str) -> NotFound:
    """There is no such code."""
    return NotFound(f"There is no code {code[:60]!r}.", remedy="See `cabas discount list`.", code="code_unknown")


def no_order(order_id: str) -> NotFound:
    """There is no such order."""
    return NotFound(f"There is no order {order_id}.", remedy="Check the number on the confirmation.")


def follows(order: Order, adjustment: Adjustment | None) -> tuple[Adjustment, ...]:
    """The adjustment, as what is to be added to an order. Raises `Conflict` when it was made for an older one."""
    if adjustment is None:
        return ()
    if adjustment.id != next_id(order):
        raise moved_meanwhile(order)
    return (adjustment,)


def moved_meanwhile(order: Order) -> Conflict:
    """Two at one order: the second one is refused."""
    return Conflict(f"Order {order.number} was changed by somebody else meanwhile.", remedy="Read it again.")


def not_there(adjustment: Adjustment) -> Conflict:
    """A substitute that is sold out."""
    return Conflict(
        f"There are no {adjustment.quantity} of {adjustment.name}.", remedy="Take another one.", code="sold_out"
    )


def order_exists(order: Order) -> Conflict:
    """The id or number is taken by another request."""
    return Conflict(
        f"There is an order {order.number} already.", remedy="Place it under a new id.", code="order_exists"
    )
