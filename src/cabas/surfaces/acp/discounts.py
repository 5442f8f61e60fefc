"""The discount extension: codes as given, what counts, and codes that do not."""

from __future__ import annotations

from typing import Any

from cabas.dialogue.notices import sentence
from cabas.domain.discount import Applied, Discount, Kind, tidy
from cabas.surfaces.discounts import REASONS
from cabas.usecases.shop.view import SessionView


def discounts(view: SessionView) -> dict[str, Any]:
    """Codes as given; promotions that apply by themselves, then codes that count; codes that do not, and why."""
    places = {line.id: index for index, line in enumerate(view.lines)}
    rules = {one.code: one for one in view.talk.cart.discounts}
    coded = [_applied(one, rules[one.code], places, priority) for priority, one in enumerate(view.applied, start=1)]
    rejected = [
        {"code": one.discount_code, "reason": REASONS[one.code], "message": one.text}
        for one in view.notices
        if one.discount_code
    ]
    return {"codes": list(view.talk.cart.codes), "applied": [*_promotions(view), *coded], "rejected": rejected}


def _promotions(view: SessionView) -> list[dict[str, Any]]:
    shown = []
    for index, line in enumerate(view.lines):
        if line.price is None or line.full_price is None or line.full_price <= line.price:
            continue
        saved = line.full_price - line.price
        named = {"id": f"promotion_{line.sku}", "name": sentence("promotion_on", view.lang, name=line.name)}
        shown.append(
            {
                "id": f"promotion_{line.id}",
                "coupon": named | {"amount_off": saved.amount, "currency": saved.currency.lower()},
                "amount": saved.amount,
                "automatic": True,
                "method": "each",
                "allocations": [{"path": f"$.line_items[{index}]", "amount": saved.amount}],
            }
        )
    return shown


def _applied(one: Applied, rule: Discount, places: dict[str, int], priority: int) -> dict[str, Any]:
    parts = [{"path": f"$.line_items[{places[line]}]", "amount": share.amount} for line, share in one.shares]
    if one.fee:
        parts = [{"path": "$.totals.fulfillment", "amount": one.fee.amount}]
    worth: dict[str, Any] = {"percent_off": rule.value / 100}
    if rule.kind == Kind.AMOUNT:
        worth = {"amount_off": rule.value, "currency": rule.currency.lower()}
    limit = {"max_redemptions": rule.uses, "times_redeemed": rule.used} if rule.uses is not None else {}
    return {
        "id": f"code_{tidy(one.code)}",
        **({} if one.automatic else {"code": one.code}),
        "coupon": {"id": one.code, "name": one.title or one.code, **worth, **limit},
        "amount": one.amount.amount,
        "automatic": one.automatic,
        "method": "across",
        "priority": priority,
        **({} if one.whole and not one.fee else {"allocations": parts}),
    }
