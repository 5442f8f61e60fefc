"""What stands in the way of an order, in the protocol's closed lists of codes, and the status that follows from it."""

from __future__ import annotations

from typing import Any

from cabas.domain.session import SessionStatus
from cabas.surfaces.discounts import REASONS
from cabas.usecases.shop.view import ERROR, FINAL, WARNING, Notice, SessionView

OPTIONS, LINES, ADDRESS = "$.selected_fulfillment_options", "$.line_items", "$.fulfillment_details.address"
# Ours: the protocol's code, and where it points when it is not about one line. Others are told as "unsupported".
ERRORS = {
    "empty": ("missing", LINES),
    "item_not_found": ("not_found", LINES),
    "not_sold_here": ("unsupported", LINES),
    "out_of_stock": ("out_of_stock", LINES),
    "insufficient_stock": ("quantity_exceeded", LINES),
    "too_many": ("quantity_exceeded", LINES),
    "too_many_pieces": ("quantity_exceeded", LINES),
    "too_many_lines": ("maximum_exceeded", LINES),
    "order_too_small": ("minimum_not_met", LINES),
    "order_too_large": ("maximum_exceeded", LINES),
    "slot_needed": ("missing", OPTIONS),
    "slot_closed": ("expired", OPTIONS),
    "address_needed": ("missing", ADDRESS),
    "address_not_served": ("region_restricted", ADDRESS),
    "age_to_confirm": ("age_verification_required", LINES),
    "under_age": ("age_verification_required", LINES),
    "link_required": ("requires_sign_in", "$.buyer"),
    "consent_missing": ("approval_required", "$.buyer"),
    "payment_declined": ("payment_declined", "$.payment_data"),
    "payment_needed": ("missing", "$.payment_data"),
    "payment_unknown": ("invalid", "$.payment_data.handler_id"),
    "method_not_offered": ("unsupported", OPTIONS),
    "beyond_promise": ("unsupported", OPTIONS),
}
WARNINGS = {"price_changed": "price_change", **REASONS}
# Only the buyer can mend these, and not through an agent: the session goes on at the shop's own page.
BUYERS = frozenset({"age_to_confirm", "link_required"})


def where(notice: Notice, view: SessionView) -> str:
    """The JSONPath of what a notice is about."""
    index = next((place for place, line in enumerate(view.lines) if notice.line_id and line.id == notice.line_id), None)
    if index is not None:
        return f"$.line_items[{index}]"
    return ERRORS.get(notice.code, ("", ""))[1]


def code(notice: Notice) -> str:
    """An error's code on the wire."""
    return ERRORS.get(notice.code, ("unsupported", ""))[0]


def message(notice: Notice, view: SessionView) -> dict[str, Any]:
    """A notice as a message."""
    shown: dict[str, Any] = {"type": "info", "content_type": "plain", "content": notice.text}
    if notice.kind == ERROR:
        shown |= {"type": "error", "code": code(notice), "severity": "high"}
    elif notice.kind == WARNING and notice.code in WARNINGS:
        shown |= {"type": "warning", "code": WARNINGS[notice.code]}
    if notice.severity != FINAL:
        shown["resolution"] = notice.severity
    path = where(notice, view)
    if notice.discount_code:
        path = f"$.discounts.codes[{view.talk.cart.codes.index(notice.discount_code)}]"
    return shown | ({"param": path} if path else {})


def status(view: SessionView) -> str:
    """Where the session is, in the protocol's words."""
    if view.session.status is not SessionStatus.OPEN:
        return view.session.status.value
    errors = [one for one in view.notices if one.kind == ERROR]
    if not errors:
        return "ready_for_payment"
    return "requires_escalation" if all(one.code in BUYERS for one in errors) else "not_ready_for_payment"
