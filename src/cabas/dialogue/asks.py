"""Questions about goods: what they cost, and whether they are there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from cabas.dialogue.acts import Act, Reference
from cabas.dialogue.counts import spoken_of
from cabas.dialogue.details import label_tag
from cabas.dialogue.item import Item, is_clause, is_never
from cabas.dialogue.lexicon import FAMILY
from cabas.dialogue.measures import Measured
from cabas.dialogue.patterns import Found
from cabas.dialogue.segment import read_items
from cabas.dialogue.sight import Sight
from cabas.dialogue.tokens import tokenize
from cabas.dialogue.turn import Turn
from cabas.domain.cart import Amount, Want

Frame = Callable[[Turn, Found], list[Act] | None]


def of_unit(turn: Turn, measured: Measured, end: int) -> Act | None:
    """So many of a unit that is a thing too, where nothing was spoken of before: "six rolls". None where the word at
    `end` names nothing.
    """
    unit = measured.unit is not None and measured.unit.kind == "container" and not measured.constraints
    named = turn.sight.name(end - 1, end, FAMILY) if unit and turn.focus is None and not turn.heard.lines else None
    if named is None or named.lang != turn.sight.lang:
        return None
    want = Want(turn.sight.spell(end - 1, end), turn.heard.lang, Amount(measured.amount.value), named.id)
    return Act("add", wants=(want,))


def of_topic(turn: Turn, amount: Amount | None, tags: tuple[str, ...]) -> Act:
    """So many of what the last question was about."""
    item = _topic(turn)
    want = turn.want(item, amount=False) if item is not None else Want(turn.heard.topic or "", turn.heard.lang)
    return Act(
        "add", wants=(replace(want, amount=amount, constraints=tuple(dict.fromkeys((*want.constraints, *tags)))),)
    )


def _topic(turn: Turn) -> Item | None:
    tokens = tokenize(turn.heard.topic or "")
    sight = Sight(tokens, turn.sight.tools, turn.sight.knows)
    items = read_items(sight, 0, len(tokens))
    return items[0] if len(items) == 1 else None


def _just_named(turn: Turn) -> Item | None:
    """The thing that was only named before a question: "artichokes: how much are they?" wishes for none yet."""
    last = turn.steps[-1] if turn.steps else None
    if not isinstance(last, list) or len(last) != 1 or len(turn.wishes.made) != 1:
        return None
    item = last[0].item
    tokens = turn.sight.tokens
    if item.end < len(tokens) and tokens[item.end].is_mark and tokens[item.end].start > tokens[item.end - 1].end:
        return None  # "brie, please. How much is it?" wishes for it: a kind word was taken out before the mark
    counted = item.measured is not None and not item.measured.implied
    if item.begun or item.usual or counted or item.start > 0:
        return None
    turn.steps.pop()
    turn.wishes.made.clear()
    return item


def _of_last(turn: Turn, kind: str) -> Act:
    """A question about what was wished for or spoken of last; what several things cost is what the cart comes to."""
    if turn.wishes.made:  # "a melon please. How much is it?"
        return Act(kind, wants=(turn.want(turn.wishes.made[-1].item, amount=False),))
    if kind == "ask_price" and turn.heard.lines and len(spoken_of(turn)) != 1:
        return Act("list_cart")
    return Act(kind, target=Reference())


def ask(kind: str) -> Frame:
    """What builds the acts of a question of that kind: about what is named, was just named or was asked about last."""

    def frame(turn: Turn, found: Found) -> list[Act] | None:
        if "about" not in found.slots:
            if (item := _just_named(turn)) is not None:
                turn.asked = item
                return [Act(kind, wants=(turn.want(item, amount=False),))]
            if turn.asked is not None:  # "is saffron dear? what's the price?"
                return [Act(kind, wants=(turn.want(turn.asked, amount=False),))]
            wants = of_topic(turn, None, ()).wants if turn.heard.topic else ()
            return [Act(kind, wants=wants)] if wants else [_of_last(turn, kind)]
        start, end = found.slots["about"]
        items = turn.items(start, end)
        pointed = len(items) == 1 and items[0].pronoun and not items[0].has_food
        if pointed or turn.sight.said("pronouns", start) == end:
            named = _just_named(turn)
            turn.asked = named or turn.asked
            return [Act(kind, wants=(turn.want(named, amount=False),)) if named else _of_last(turn, kind)]
        if turn.sight.tokens[start].folded in turn.sight.tools.grammar.macro("me"):
            return None  # "could you find us a melon?" wishes for it
        foods = [item for item in items if item.has_food]
        if not foods or any(is_clause(turn.sight, item) or is_never(turn.sight, item) for item in foods):
            return None
        turn.asked = foods[0]
        return [Act(kind, wants=tuple(turn.want(item, amount=False) for item in foods))]

    return frame


def is_it(turn: Turn, found: Found) -> list[Act] | None:
    """ "Is it organic?": whether there is such a one of what was asked about or spoken of last."""
    items = turn.items(*found.slots["kind"])
    if not turn.asking or len(items) != 1 or items[0].has_food or not items[0].tags:
        return None
    tags = tuple(items[0].tags)
    if turn.heard.topic:
        return [Act("ask_availability", wants=of_topic(turn, None, tags).wants)]
    return [Act("ask_availability", wants=(turn.tagged(turn.focus, tags),))] if turn.focus is not None else None


def cheapest(turn: Turn, found: Found) -> list[Act] | None:
    """ "What's the cheapest rice you have": the price of that one."""
    tag, acts = label_tag("cheapest", turn.heard.lang), ask("ask_price")(turn, found) or []
    wants = tuple(replace(one, constraints=(*one.constraints, tag)) for act in acts for one in act.wants)
    return [Act("ask_price", wants=wants)] if wants else None
