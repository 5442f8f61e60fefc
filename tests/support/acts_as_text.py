"""Acts as short lines of text, so that a sentence and what it must mean fit on two lines of YAML.

    add 2 l lait demi-écrémé | farine [bio]       several things, brand in braces, constraints in brackets
    remove jambon, set riz = 2 kg, set it + 2      "it" is what was spoken of last, "all" the cart, "last" its last line
    replace it -> lait [bio], replace it -> ~smaller
    reorder café, reorder all minus thon, reorder due, reorder due?
    recipe quiche lorraine x6 minus crème
    slot pickup 2026-11-25 <19:00, method delivery
A doubt is written behind ("?quantity"), an impossible time as "impossible".
"""

from __future__ import annotations

from collections.abc import Iterable

from cabas.dialogue.acts import Act, Reference
from cabas.domain.cart import Amount, Want
from cabas.domain.fulfillment import SlotAsk

SHORT = {
    "set_quantity": "set", "ask_price": "price", "ask_availability": "stock", "choose_slot": "slot",
    "set_method": "method", "list_cart": "list",
}  # fmt: skip


def lines(acts: Iterable[Act]) -> list[str]:
    """One line per act."""
    return [line(act) for act in acts]


def line(act: Act) -> str:
    """An act as one line."""
    parts = [SHORT.get(act.kind, act.kind), _body(act)]
    if act.doubt:
        parts.append(f"?{act.doubt}")
    if act.impossible:
        parts.append("impossible")
    return " ".join(part for part in parts if part)


def _body(act: Act) -> str:
    if act.kind in ("add", "ask_price", "ask_availability"):
        return wants(act.wants) or (reference(act.target) if act.target else "")
    if act.kind == "reorder":
        return _reorder(act)
    if act.kind == "set_quantity":
        return f"{reference(act.target)} {_change(act)}".strip()
    if act.kind == "replace":
        new = f"~{act.compare}" if act.compare else wants(act.wants)
        return f"{reference(act.target)} -> {new}"
    if act.kind == "remove":
        return reference(act.target)
    if act.kind == "recipe" and act.recipe is not None:
        recipe = act.recipe
        without = f" minus {wants(recipe.without)}" if recipe.without else ""
        return (recipe.url or recipe.words) + (f" x{recipe.servings}" if recipe.servings else "") + without
    if act.kind in ("choose_slot", "set_method") and act.slot is not None:
        return slot(act.slot)
    return ""


def _reorder(act: Act) -> str:
    if act.due:
        return "due?" if act.propose else "due"
    without = f" minus {wants(act.without)}" if act.without else ""
    return (wants(act.wants) or "all") + without


def _change(act: Act) -> str:
    if act.more is not None:
        sign = "-" if act.more < 0 else "+"
        unit = f" {act.amount.unit}" if act.amount is not None else ""
        return f"{sign} {float(abs(act.more)):g}{unit}"
    return f"= {amount(act.amount)}" if act.amount is not None else ""


def reference(target: Reference | None) -> str:
    """What an act points at."""
    if target is None or (target.want is None and not target.everything and not target.last):
        return "it"
    if target.everything:
        return "all"
    return "last" if target.last or target.want is None else want(target.want)


def wants(items: Iterable[Want]) -> str:
    """Several wishes."""
    return " | ".join(want(item) for item in items)


def want(item: Want) -> str:
    """One wish."""
    text = f"{amount(item.amount)} {item.words}".strip()
    if item.brand:
        text += f" {{{item.brand}}}"
    return f"{text} [{'; '.join(item.constraints)}]" if item.constraints else text


def amount(said: Amount | None) -> str:
    """An amount; a bare count has no unit."""
    if said is None:
        return ""
    value = f"{round(float(said.value), 3):g}"
    return value if said.unit == "piece" else f"{value} {said.unit}"


def slot(ask: SlotAsk) -> str:
    """Method, day and bounds."""
    parts = [ask.method.value if ask.method else "", ask.day.isoformat() if ask.day else ""]
    parts += [f"{sign}{time:%H:%M}" for sign, time in ((">", ask.after), ("<", ask.before), ("@", ask.at)) if time]
    parts += ["approx"] * ask.approx + ["earliest"] * ask.earliest
    return " ".join(part for part in parts if part)
