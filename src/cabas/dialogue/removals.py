"""What a clause that takes something out of the cart, or wants none of it, asks for."""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction

from cabas.dialogue.acts import Act, Reference
from cabas.dialogue.counts import COUNTED_WHOLE, amount_in, counted_thing, spoken_of
from cabas.dialogue.item import Item, is_clause, is_never
from cabas.dialogue.lexicon import FAMILY
from cabas.dialogue.measures import Measured
from cabas.dialogue.patterns import Found
from cabas.dialogue.sight import Sight
from cabas.dialogue.swaps import swap
from cabas.dialogue.turn import Turn
from cabas.dialogue.wants import Wish
from cabas.domain.cart import Amount, Want


def remove(turn: Turn, found: Found) -> list[Act] | None:
    """ "Take out the rice"; None where the verb is part of a name ("bin bags")."""
    if "target" not in found.slots:
        both = any(turn.sight.said("both", place) is not None for place in range(found.start, found.end))
        lines = spoken_of(turn) if both else []
        targets = [Reference(want=replace(line.want, amount=None)) for line in lines]
        return [Act("remove", target=target) for target in targets or [Reference()]]
    start, end = found.slots["target"]
    if start > 1 and turn.sight.is_mark(start - 1) and turn.sight.said("pronouns", start - 2) == start - 1:
        return None  # "scratch that, a mango": another one instead
    names = (turn.sight.name(place, end, FAMILY) for place in range(start) if not turn.sight.is_small(place))
    if any(name is not None and name.end > start for name in names):
        return None
    items = turn.items(start, end, either=True)
    if "target2" in found.slots:  # "neither jam nor honey"
        items += turn.items(*found.slots["target2"], either=True)
    items = [item for item in items if item is items[0] or _meant_too(turn, item)]  # "..., they go off"
    if not items or not all(item.has_food or item.pronoun for item in items):
        return None
    if len(items) == 2 and turn.line(items[0]) is not None and turn.line(items[1]) is None:
        last = turn.sight.tokens[found.end - 1].folded
        if last in turn.sight.tools.grammar.macro("instead"):  # "no crisps, popcorn instead"
            return swap(turn, items[0], items[1])
    if (acts := _not_of_brand(turn, items)) is not None:
        return acts
    more = next((place for place, item in enumerate(items) if place and _is_new(turn, item)), len(items))
    if more < len(items):  # "scratch the mustard and a bag of ice"
        turn.act(*(Act("remove", target=turn.reference(item)) for item in items[:more]))
        turn.wish(items[more:])
        return []
    counted = items[0].measured
    if len(items) == 1 and counted is not None and not counted.implied and not counted.definite:
        return _less(turn, counted, items[0])  # "take two bottles of water off four will do"
    return [Act("remove", target=turn.reference(item)) for item in items]


def fewer(turn: Turn, found: Found) -> list[Act] | None:
    """So many less: of what is named, or of what was spoken of last. The whole of it is a removal."""
    measured, item = counted_thing(turn, found)
    if measured is None or ("target" in found.slots and (item is None or not item.has_food)):
        return None
    return _less(turn, measured, item)


def others(turn: Turn, found: Found) -> list[Act] | None:
    """ "Take the other three off": said already, where it was said how many are enough; else so many less of what was
    spoken of last.
    """
    last = turn.steps[-1] if turn.steps else None
    if isinstance(last, Act):
        return [] if last.kind in ("set_quantity", "remove") else None
    number = amount_in(turn, found, "number")
    if "number" not in found.slots:
        return [Act("remove", target=Reference(), doubt="referent")]
    if number is None or number.unit is not None or turn.focus is None or turn.wishes.made:
        return None
    return _less(turn, number, None)


def too(turn: Turn, found: Found) -> list[Act] | None:
    """ "So can the gherkins", "and the ham too": out of the cart as well, right behind what was taken out."""
    last = turn.steps[-1] if turn.steps else None
    items = turn.items(*found.slots["target"])
    gone = isinstance(last, Act) and last.kind == "remove" and not turn.wishes.made
    if not gone or not items or any(not item.has_food or turn.line(item) is None for item in items):
        return None
    return [Act("remove", target=turn.reference(item)) for item in items]


def leave_it(turn: Turn, found: Found) -> list[Act]:
    """ "Don't add it": the last change is taken back; where only a question was asked nothing was changed yet."""
    return [Act("smalltalk" if turn.heard.topic and not turn.steps else "undo")]


def _less(turn: Turn, measured: Measured, item: Item | None) -> list[Act] | None:
    line = turn.line(item) if item is not None else turn.focus
    have = line.want.amount if line is not None else None
    if have is not None and measured.unit is None and measured.amount.value < 1:  # "lose half the rolls"
        left = have.value * (1 - measured.amount.value)
        left = Fraction(math.ceil(left)) if have.unit in COUNTED_WHOLE else left
        return [Act("set_quantity", target=turn.reference(item), amount=Amount(left, have.unit))]
    if line is None and item is not None and turn.heard.lines and not item.known:
        return None
    if have is not None and have.unit == measured.amount.unit and have.value <= measured.amount.value:
        return [Act("remove", target=turn.reference(item))]
    if have is None and line is not None and item is not None and line.quantity <= measured.amount.value:
        return [Act("remove", target=turn.reference(item))]
    return [changed(turn.reference(item), measured, -measured.amount.value)]


def changed(target: Reference, measured: Measured, more: Fraction) -> Act:
    """So many more or less of `target`, in the unit they were counted in."""
    unit = measured.unit is not None
    return Act(
        "set_quantity", target=target, more=more, amount=Amount(abs(more), measured.amount.unit) if unit else None
    )


def named_before(turn: Turn, acts: list[Act], start: int) -> list[Act]:
    """The acts of a clause that begins at `start`, "take them out" aimed at what was named last before it in the same
    breath: "the pears are too dear, take them out". What was taken out there already is not done again ("we don't need
    the ham, drop it").
    """
    if acts != [Act("remove", target=Reference())] or turn.pointed is not None or not turn.heard.lines:
        return acts
    last = turn.steps[-1] if turn.steps else None
    if isinstance(last, list) and (gone := _only_named(turn, last)) is not None:
        return [Act("remove", target=turn.reference(gone))]  # "peas: take them off"
    if isinstance(last, Act):
        said = last.kind == "remove" and last.target is not None and last.target.want is not None
        return [] if said else acts
    if last is not None:
        return acts
    for place in reversed(range(start)):
        match = turn.sight.name(place, start, FAMILY)
        item = turn.one(place, match.end) if match is not None else None
        if item is not None and turn.line(item) is not None:
            return [Act("remove", target=turn.reference(item))]
    return acts


def _only_named(turn: Turn, last: list[Wish]) -> Item | None:
    """The one thing named just before, which is in the cart and was not wished for: no wish any more."""
    item = last[0].item if len(last) == 1 else None
    if item is None or turn.line(item) is None:
        return None
    if item.begun and turn.sight.said("definite", item.start) is None:
        return None
    _take_back(turn)
    return item


def have_some(turn: Turn, found: Found) -> list[Act] | None:
    """ "The parmesan, I've got some": out of the cart; None where nothing of it was named just before."""
    if turn.pointed is not None:
        return [Act("remove", target=Reference())]
    last = turn.steps[-1] if turn.steps else None
    item = last[0].item if isinstance(last, list) and len(last) == 1 else None
    if item is None or item.measured is not None or turn.line(item) is None:
        return None
    _take_back(turn)
    return [Act("remove", target=turn.reference(item))]


def at_home(turn: Turn, found: Found) -> list[Act] | None:
    """ "I've already got eggs": what the cart has of them goes, and nothing is added. None of a question."""
    items = turn.items(*found.slots["target"])
    if turn.asking or not items or not all(item.has_food and item.known for item in items):
        return None
    if len(items) == 1:
        turn.kept = turn.point(items[0])  # "so take it off the list" may follow
        return []
    return [Act("remove", target=turn.reference(item)) for item in items if turn.line(item) is not None]


def have(turn: Turn, found: Found) -> list[Act] | None:
    """ "I have flour", said of what a recipe put into the cart; None of anything else, which may be wished for."""
    items = [] if turn.asking else turn.items(*found.slots["target"])
    lines = [turn.line(item) for item in items]
    if not items or any(line is None or line.recipe is None for line in lines):
        return None
    return [Act("remove", target=turn.reference(item)) for item in items]


def put_back(turn: Turn, found: Found) -> list[Act] | None:
    """ "Put them back" of what was just taken out; None where that was nothing of the kind."""
    gone = turn.heard.gone
    if not gone or "target" not in found.slots:
        return [Act("undo")] if gone else None
    items = turn.items(*found.slots["target"])
    back = [line for item in items if (line := turn.gone(item)) is not None]
    if not back or len(back) < len(items):
        return None
    return [Act("undo")] if {*back} == {*gone} else [Act("add", wants=tuple(line.want for line in back))]


def _take_back(turn: Turn) -> None:
    """Forget the wish that was read last."""
    turn.steps.pop()
    turn.wishes.made.pop()


def _meant_too(turn: Turn, item: Item) -> bool:
    """Whether what is said behind a thing to take out is another one, and not why: of the cart, or a known name."""
    return item.has_food and (turn.line(item) is not None or (item.known and not _says_why(turn.sight, item)))


def _says_why(sight: Sight, item: Item) -> bool:
    return is_clause(sight, item) or is_never(sight, item)


def stays(sight: Sight, start: int, end: int) -> bool:
    """Whether something stays and something else goes: "leave the pasta, but drop the sauce"."""
    grammar = sight.tools.grammar
    if sight.tokens[start].folded not in grammar.macro("keeping") or end + 1 >= len(sight.tokens):
        return False
    return sight.is_mark(end) and sight.tokens[end + 1].folded in grammar.macro("drop")


def left_out(turn: Turn, found: Found) -> list[Act] | None:
    """ "But not the rice": out of the cart, when all of it is there; None otherwise."""
    start, end = found.slots["target"]
    inner = (place for place in range(start + 1, end) if turn.sight.said("and", place - 1) is None)
    if any(turn.sight.said("determiners", place) is not None for place in inner):
        return None  # "not the white bread, the rye": another one instead
    items = turn.items(start, end)
    items = [item for item in items if item is items[0] or _meant_too(turn, item)]
    there = bool(items) and all(item.has_food and turn.line(item) is not None for item in items)
    if not there or turn.wishes.made or turn.steps:
        return None
    return [Act("remove", target=turn.reference(item)) for item in items]


def _is_new(turn: Turn, item: Item) -> bool:
    """Whether a thing named behind one that is taken back is wished for: nobody has it, and an amount was said."""
    if not turn.wishes.made or not item.has_food or turn.line(item) is not None:
        return False
    if any(wish.item.family == item.family and wish.item.words == item.words for wish in turn.wishes.made):
        return False
    said = turn.sight.said("determiners", item.start)
    some = said is not None and turn.sight.said("definite", item.start) is None
    return some or (item.measured is not None and not item.measured.definite)


def _not_of_brand(turn: Turn, items: list[Item]) -> list[Act] | None:
    """ "But I don't want Folgers": of what was just wished for, another brand; None when no brand is meant."""
    item = items[0]
    if len(items) > 1 or item.brand is None or item.pieces or turn.line(item) is not None:
        return None
    tag, line = f"not_brand:{item.brand}", turn.focus
    if turn.wishes.made:
        turn.wishes.made[-1].tags.append(tag)
        return []
    if line is None:
        return None
    return [Act("replace", wants=(turn.tagged(line, [tag]),))]


def withdrawn(turn: Turn, acts: list[Act]) -> list[Act]:
    """The acts without what was wished for and taken back in the same breath: "ham and mustard, no, scratch the
    mustard" is ham.
    """
    kept: list[Act] = []
    for act in acts:
        gone = act.target.want if act.kind == "remove" and act.target is not None else None
        at = next((place for place, one in enumerate(kept) if gone is not None and _wishes(turn, one, gone)), None)
        if at is None or gone is None or turn.holds(gone):
            last = kept[-1] if kept else None
            if last is not None and act.kind == last.kind == "add" and act.wants and last.doubt == act.doubt is None:
                kept[-1] = replace(last, wants=(*last.wants, *act.wants))
            else:
                kept.append(act)
            continue
        kept[at] = replace(kept[at], wants=tuple(want for want in kept[at].wants if not _is(turn, want, gone)))
    return kept


def _wishes(turn: Turn, act: Act, gone: Want) -> bool:
    """Whether an act adds, among others, what is gone."""
    return act.kind == "add" and len(act.wants) > 1 and any(_is(turn, want, gone) for want in act.wants)


def _is(turn: Turn, want: Want, gone: Want) -> bool:
    if want.family is not None and gone.family is not None:
        return gone.family in turn.heard.lexicon.above(want.family)
    return want.words.casefold() == gone.words.casefold()


def none_of(turn: Turn, found: Found) -> list[Act] | None:
    """ "No onions": out of the cart, or a question when there are none; None where "no" takes back what was said
    before it ("no, onions").
    """
    start, end = found.slots["target"]
    items = turn.items(start, end)
    if any(turn.sight.is_mark(place) for place in range(end)) or len(items) != 1 or not items[0].known:
        return None
    if not turn.heard.lines and any(turn.sight.said("refusing", place) is not None for place in range(start)):
        return None  # nothing to take out: who says so only tells what is not wanted
    if any(one.end > start and one.amount.value > 0 for one in turn.sight.amounts(found.start, end)):
        return None  # "zero point five liters of oil"
    if turn.wishes.made or (turn.line(items[0]) is None and (turn.focus is not None or turn.heard.topic)):
        return None
    return [Act("remove", target=turn.reference(items[0]))]
