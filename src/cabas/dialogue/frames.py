"""What a clause that fits a sentence pattern asks for. One function per kind of `frames:` in sentences.yaml.

A function returns the acts, or None when the words in the slots say that the pattern was meant for something else.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

from cabas.dialogue.acts import Act, Reference
from cabas.dialogue.again import closing, moved, put_in, said_again, takes_back
from cabas.dialogue.asks import ask, cheapest, is_it, of_topic, of_unit
from cabas.dialogue.counts import (
    amount_in,
    counted_thing,
    each,
    halve,
    keep,
    keep_only,
    measured_so,
    of_unit_word,
    only_those,
    recounted,
    thing,
    things,
    times,
)
from cabas.dialogue.item import Item
from cabas.dialogue.measures import Measured
from cabas.dialogue.patterns import Found
from cabas.dialogue.removals import (
    at_home,
    changed,
    fewer,
    have,
    have_some,
    leave_it,
    left_out,
    none_of,
    others,
    put_back,
    remove,
    too,
)
from cabas.dialogue.swaps import kind_not, preferred, replaced, swap_it, take_as
from cabas.dialogue.turn import Turn
from cabas.dialogue.wants import same_unit
from cabas.domain.cart import Amount, Want
from cabas.domain.fulfillment import Method, SlotAsk

Frame = Callable[[Turn, Found], list[Act] | None]

# Something is wished for and nobody said what: a clerk asks.
LOST = Act("add", target=Reference(), doubt="referent")
# Kinds that mean one thing whatever else is in the conversation.
PLAIN = {
    "empty": Act("remove", target=Reference(everything=True)),
    "cancel": Act("cancel"),
    "undo": Act("undo"),
    "list": Act("list_cart"),
    "help": Act("help"),
    "stop": Act("stop"),
    "checkout": Act("checkout"),
    "due": Act("reorder", due=True, propose=True),
    "due_add": Act("reorder", due=True),
    "last": Act("remove", target=Reference(last=True)),
    "when_delivered": Act("choose_slot", slot=SlotAsk(Method.DELIVERY), propose=True),
    "when_fetched": Act("choose_slot", slot=SlotAsk(Method.PICKUP), propose=True),
    "vague": LOST,
}

# The same with a day that is said: what it is is read with the other times.
ON_A_DAY = {"when_delivered_on": PLAIN["when_delivered"], "when_fetched_on": PLAIN["when_fetched"]}

# Kinds that move the slot by a span, which could be read as a time of day.
MOVES = ("later", "earlier")


def build(turn: Turn, found: Found) -> list[Act] | None:
    """The acts of a clause that fits a pattern; None when it was meant for something else."""
    if found.kind in PLAIN:
        return [PLAIN[found.kind]]
    return _FRAMES[found.kind](turn, found)


def on_a_day(turn: Turn, found: Found, start: int) -> list[Act] | None:
    """ "When can you deliver on Saturday": the slots of that day; None where no day is said. The clause begins at
    `start` of the utterance.
    """
    first, last = found.slots["day"]
    when, act = turn.times.read(start + first, start + last), ON_A_DAY[found.kind]
    if when.leftover or when.ask.day is None or act.slot is None:
        return None
    return [replace(act, slot=replace(when.ask, method=act.slot.method))]


def _usual_all(turn: Turn, found: Found) -> list[Act] | None:
    left = [item for name in ("without", "without2") for item in things(turn, found, name)]
    changed = things(turn, found, "changed")
    if "changed" in found.slots and not (_but(turn, found) and changed and all(_counts(item) for item in changed)):
        return None
    without = tuple(turn.want(item, amount=False) for item in (*left, *changed))
    more = things(turn, found, "plus")
    last = turn.steps[-1] if turn.steps else None
    if isinstance(last, list) and not without and not more:  # "milk, same as always"
        last[-1].usual = True
        return []
    if changed:  # "my usual order, but three boxes of eggs"
        return [Act("reorder", without=without), Act("reorder", wants=tuple(turn.want(item) for item in changed))]
    if not more:
        return [Act("reorder", without=without)]
    turn.act(Act("reorder", without=without))
    turn.wish(more)
    return []


def _again_all(turn: Turn, found: Found) -> list[Act] | None:
    """ "The same again", where nothing is there that it could be of: what is usually bought."""
    return None if turn.heard.lines or turn.heard.topic or turn.steps or turn.heard.pending else [Act("reorder")]


def _but(turn: Turn, found: Found) -> bool:
    """Whether a mark that was said as "but" stands before what is changed."""
    marks = (token for token in turn.sight.tokens[: found.slots["changed"][0]] if token.is_mark)
    return any(mark.text != mark.folded for mark in marks)


def _usual_for(turn: Turn, found: Found) -> list[Act] | None:
    items = things(turn, found, "items")
    shelf = turn.sight.spell(*found.slots["items"])
    if not any(item.family for item in items) and turn.heard.lexicon.department(shelf) is not None:
        return [Act("reorder", wants=(Want(shelf, turn.heard.lang, None),))]  # "my usual cleaning products"
    items = [item for at, item in enumerate(items, 1) if at == len(items) or not items[at].repair]
    measured = amount_in(turn, found)
    if measured is not None and len(items) == 1:
        items[0].measured = measured
    usual = [item for item in items if item is items[0] or item.usual or not (_some(turn, item) or _counts(item))]
    if not usual:
        return None
    turn.act(Act("reorder", wants=tuple(turn.want(item) for item in usual)))
    turn.wish([item for item in items if item not in usual])  # "my usual jam and a bunch of leeks"
    return []


def _counts(item: Item) -> bool:
    return item.measured is not None and not item.measured.implied


def _out(turn: Turn, found: Found) -> list[Act] | None:
    """ "Il n'y a plus de lait" wishes for milk; how much of it may follow ("out of rice, two bags")."""
    items = [item for name in ("items", "items2") if name in found.slots for item in turn.items(*found.slots[name])]
    if not items or not items[0].has_food or not all(item.known for item in items if item.has_food):
        return None
    turn.wish(items)
    return []


def _more(turn: Turn, found: Found) -> list[Act] | None:
    """So many more of what is in the cart; of what is not, so many."""
    measured, item = counted_thing(turn, found)
    if "amount" in found.slots and measured is None:
        return None
    if "target" in found.slots and (item is None or not item.has_food):
        return None
    more = measured.amount.value if measured is not None else Fraction(1)
    if item is not None and turn.line(item) is None:
        if measured is not None:
            item.measured = measured
        turn.wish([item])
        return []
    if item is None and turn.wishes.made:
        return None
    if item is None and turn.asked is not None:  # "have you any capers? If so, add two jars"
        turn.asked.measured = measured
        turn.wish([turn.asked])
        return []
    if item is None and turn.heard.topic and turn.heard.pending is None:
        return [of_topic(turn, measured.amount if measured is not None else None, ())]
    act = Act("set_quantity", target=turn.reference(item), more=more)
    if measured is not None:
        act = changed(turn.reference(item), measured, more)
    nothing = item is None and turn.focus is None and not turn.heard.focus
    return [replace(act, doubt="referent") if nothing else act]


def _take(turn: Turn, found: Found) -> list[Act] | None:
    """ "J'en prends", "add it": what the last question was about."""
    last = turn.steps[-1] if turn.steps else None
    if isinstance(last, Act) and last.kind == "reorder" and last.due and last.propose:
        turn.steps[-1] = replace(last, propose=False)  # "what am I out of? Order it"
    if turn.wishes.made or (isinstance(last, Act) and last.kind in ("reorder", "choose_slot", "set_method")):
        return []  # "I'll drive over and grab it"
    if turn.asked is not None:
        turn.wish([turn.asked])
        return []
    if turn.heard.topic:
        return [of_topic(turn, None, ())]
    return None if turn.heard.lines or turn.steps else [LOST]


def _enough(turn: Turn, found: Found) -> list[Act] | None:
    """ "Deux yaourts suffiront": of what is in the cart; of what is not, so many."""
    measured, item = counted_thing(turn, found)
    if measured is None or item is None or not item.has_food or not item.known:
        return None
    if item.family is None and item.brand is None and of_unit_word(turn, item):
        return None  # "just the one bottle"
    if turn.line(item) is not None:
        return _set(turn, found)
    item.measured = measured
    turn.wish([item])
    return []


def _point(turn: Turn, found: Found) -> list[Act] | None:
    """ "Too many pears": something is about to be said of them."""
    if "number" in found.slots and not turn.sight.amounts(*found.slots["number"]):
        return None  # "pas du beurre" counts nothing
    item = thing(turn, found, "target")
    if item is None or not item.has_food or _counts(item):
        return None
    return [] if turn.point(item, told=True) else None


def _point_there(turn: Turn, found: Found) -> list[Act] | None:
    """ "There are three melons": of what is in the cart, before it is said what to do with them; no question."""
    numbers = turn.sight.amounts(*found.slots["number"])
    item = thing(turn, found, "target") if numbers and not turn.asking else None
    if item is None or not item.has_food or _counts(item) or not turn.point(item):
        return None
    item.measured = numbers[0]
    return []


def _set(turn: Turn, found: Found) -> list[Act] | None:
    """Exactly so many."""
    acts = []
    pairs = [("target", "amount"), ("target2", "amount2")]
    if "amount" not in found.slots and "target2" not in found.slots:
        pairs = [("target", "amount2")]  # "from one to two": the first amount was left out
    for target, amount in pairs:
        measured, item = amount_in(turn, found, amount), thing(turn, found, target)
        if amount == "amount" and target == "target":
            measured, item = counted_thing(turn, found)
        if amount in found.slots and measured is None:
            return None
        if measured is None or (target in found.slots and takes_back(turn, *found.slots[target])):
            continue
        if item is not None and item.pronoun and not item.has_food:
            item = None  # "ramène ça à deux"
        elif target in found.slots and (item is None or not item.has_food or item.usual or not _could_be(turn, item)):
            return None
        if item is not None and item.measured not in (None, measured) and _counts(item) and not item.measured.definite:
            return None  # "four slices of ham in one packet"
        if item is not None and recounted(turn, item, measured):
            return []  # "leeks and figs, make it two figs"
        again = said_again(turn, measured, found.slots[amount][0]) if item is None and len(found.slots) == 1 else None
        if again is not None:
            return again
        if item is None and turn.wishes.made:
            turn.wishes.made[-1].amount = same_unit(measured, turn.wishes.made[-1].amount)
            turn.wishes.made[-1].tags.extend(measured.constraints)
            return []
        if item is None and turn.asked is not None:
            turn.asked.measured = measured
            turn.wish([turn.asked])
            return []
        if item is None and turn.heard.topic and turn.heard.pending is None:
            return [of_topic(turn, measured.amount, measured.constraints)]
        thing_itself = _no_amount(turn, measured, found.slots[amount]) if item is None else None
        what = turn.reference(item) if item is not None else measured_so(turn, measured)
        acts.append(thing_itself or Act("set_quantity", target=what, amount=_counted(measured, item)))
    return acts or None


def _no_amount(turn: Turn, measured: Measured, span: tuple[int, int]) -> Act | None:
    """What is wished for by words that look like an amount: "six rolls", and "zéro" said of a cola."""
    line = turn.focus
    if measured.amount.value or line is None:
        return of_unit(turn, measured, span[1])
    called = (f"{name} {turn.sight.spell(*span)}" for name in (line.want.words, line.brand) if name)
    words = next((words for words in called if turn.named(words)), None)
    return Act("replace", wants=(replace(line.want, words=words),)) if words is not None else None


def _set_to(turn: Turn, found: Found) -> list[Act] | None:
    """ "Change the leeks to four" where there are none: a question, and nothing to add."""
    measured, item = amount_in(turn, found), thing(turn, found, "target")
    if measured is None or item is None or not item.has_food:
        return None
    return [Act("set_quantity", target=turn.reference(item), amount=measured.amount)]


def _counted(measured: Measured, item: Item | None) -> Amount:
    """The amount, in the unit that begins the name: "trois" of "litres de lait"."""
    unit = item.measured.unit if item is not None and item.measured is not None and item.measured.implied else None
    if measured.unit is not None or unit is None:
        return measured.amount
    return Amount(measured.amount.value * unit.factor, unit.said)


def _retag(turn: Turn, found: Found) -> list[Act] | None:
    """ "Mets la moutarde en bio": another one of what is in the cart."""
    item = thing(turn, found, "thing")
    line = turn.line(item) if item is not None and item.has_food else None
    if item is None or line is None or item.measured is not None or not item.tags or item.usual:
        return None
    if any(":" in tag for tag in item.tags):
        return None
    target = Reference(want=replace(turn.want(item, amount=False), constraints=()))
    return [Act("replace", wants=(turn.tagged(line, item.tags),), target=target)]


def _could_be(turn: Turn, item: Item) -> bool:
    """Whether a thing may be one of the cart: it is there, or nothing is."""
    if turn.line(item) is not None:
        return True
    return item.known and not turn.heard.lines and not _some(turn, item)


def _some(turn: Turn, item: Item) -> bool:
    """Whether a thing is spoken of as new: "mets du rôti pour six" sets no number of roasts."""
    begun = turn.sight.said("determiners", item.start)
    return begun is not None and turn.sight.said("definite", item.start) != begun


_FRAMES: dict[str, Frame] = {
    "later": moved(1),
    "earlier": moved(-1),
    "closing": closing,
    "put_in": put_in,
    "usual_all": _usual_all,
    "usual_for": _usual_for,
    "out": _out,
    "keep_only": keep_only,
    "keep": keep,
    "only_those": only_those,
    "each": each,
    "remove": remove,
    "no_need": remove,
    "again_all": _again_all,
    "too": too,
    "leave_it": leave_it,
    "none_of": none_of,
    "left_out": left_out,
    "fewer": fewer,
    "more": _more,
    "take": _take,
    "double": times(2),
    "triple": times(3),
    "quadruple": times(4),
    "halve": halve,
    "point": _point,
    "point_there": _point_there,
    "others": others,
    "have_some": have_some,
    "at_home": at_home,
    "have": have,
    "put_back": put_back,
    "take_as": take_as,
    "swap_it": swap_it,
    "retag": _retag,
    "enough": _enough,
    "set": _set,
    "set_to": _set_to,
    "kind_not": kind_not,
    "preferred": preferred,
    "replace": replaced,
    "price": ask("ask_price"),
    "cheapest": cheapest,
    "is_it": is_it,
    "stock": ask("ask_availability"),
}
