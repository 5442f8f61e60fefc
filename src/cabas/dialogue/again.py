"""What was said a moment ago, said again: with another figure (the hour of the slot, the number of the usual), or as
one of its kinds ("cheddar", and then "the mature one").
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import timedelta
from functools import lru_cache
from itertools import pairwise

from cabas.dialogue import locales
from cabas.dialogue.acts import Act, Reference
from cabas.dialogue.clock import as_time, time_words
from cabas.dialogue.counts import each_of_those, measured_so
from cabas.dialogue.item import Item
from cabas.dialogue.measures import Measured
from cabas.dialogue.numbers import numbers_of
from cabas.dialogue.patterns import Found
from cabas.dialogue.phrases import Phrases
from cabas.dialogue.refusals import refused
from cabas.dialogue.tokens import stems
from cabas.dialogue.turn import Turn
from cabas.domain.cart import Amount, LineItem, Want
from cabas.domain.fulfillment import SlotAsk

# A slot is moved by no more minutes than two weeks have.
SPAN_MAX = 14 * 24 * 60


def said_again(turn: Turn, measured: Measured, start: int) -> list[Act] | None:
    """The acts of an amount of nothing that was named, at the tokens from `start` on, when it changes what was spoken
    of last and that was no thing: "the usual milk, two of them", "no, make it six" of a slot. None otherwise.
    """
    last = turn.steps[-1] if turn.steps else None
    if isinstance(last, Act) and last.kind == "reorder" and len(last.wants) == 1:
        turn.steps[-1] = replace(last, wants=(replace(last.wants[0], amount=measured.amount),))
        return []
    slot = turn.heard.timed or (turn.heard.slot is not None and not turn.heard.lines)
    if not slot or turn.steps or turn.wishes.made or measured.unit is not None:
        return None
    hour = time_words(turn.sight.lang).hour(turn.sight.tokens, start)
    if hour is None or hour.minutes is None:
        return None
    return [Act("choose_slot", slot=SlotAsk(at=as_time(hour.minutes)))]


@lru_cache(maxsize=16)
def _spans(lang: str) -> Phrases[int]:
    """Minutes by what spans of time are counted in."""
    spans: Phrases[int] = Phrases()
    for minutes, words in locales.read(lang, "time").get("spans", {}).items():
        for word in locales.words(words):
            spans.put(word, int(minutes))
    return spans


def moved(sign: int) -> Callable[[Turn, Found], list[Act] | None]:
    """What puts off the slot that was chosen by a span, or brings it forward: "half an hour later"."""

    def frame(turn: Turn, found: Found) -> list[Act] | None:
        sight, before = turn.sight, turn.heard.slot
        number = numbers_of(sight.lang).at(sight.tokens, found.slots["number"][0])
        if number is None or before is None:
            return None
        glue = sight.tools.measures.of.at(sight.tokens, number.end)
        unit = _spans(sight.lang).at(sight.tokens, glue[1] if glue is not None else number.end)
        if unit is None:
            return None
        then = before + sign * timedelta(minutes=min(int(number.value * unit[0]), SPAN_MAX))
        return [Act("choose_slot", slot=SlotAsk(day=then.date(), at=then.time()))]

    return frame


def counts_it(turn: Turn, found: Found) -> bool:
    """Whether a clause that could be a time as well changes the number of what was spoken of ("from six to ten")."""
    if found.kind != "set" or turn.heard.timed or not set(found.slots) <= {"number", "amount"}:
        return False
    return turn.pointed is not None or (turn.focus is not None and bool(turn.heard.focus))


def takes_back(turn: Turn, start: int, end: int) -> bool:
    """Whether "no" ends a stretch: "six rolls, no, make it ten" is a wish, and changes no number yet."""
    repairs = (turn.sight.said("repairs", place) for place in range(start + 1, end))
    return any(after is not None and after >= end for after in repairs)


def closing(turn: Turn, found: Found) -> list[Act] | None:
    """ "That's it" ends a list that was said just before it; by itself it is a wish to check out."""
    asked = any(not isinstance(step, Act) or step.kind in ("reorder", "recipe") for step in turn.steps)
    return [] if asked else [Act("checkout")]


def put_in(turn: Turn, found: Found) -> list[Act] | None:
    """ "Drop three lemons in my basket" puts them there; "drop the lemons in my basket" takes out those that are."""
    items = [item for item in turn.items(*found.slots["items"]) if item.has_food]
    there = (turn.line(item) is not None and turn.sight.said("definite", item.start) is not None for item in items)
    if not items or any(there):
        return None
    turn.wish(items)
    return []


def narrower(turn: Turn, item: Item, line: LineItem) -> str | None:
    """The name of what `line` holds with what `item` says of it: "the mature one", "the sharp cheddar" after "cheddar".

    Only what is spoken of as known is narrowed, without an amount of its own; None for everything else.
    """
    sight, lang = turn.sight, turn.heard.lang
    if _kind_named(turn, item, line):
        return item.words
    if item.brand is not None and not item.pieces and points(turn, item):
        return line.want.words  # "celle de Vittel"
    if not item.has_food or item.brand is not None or line.sku is None:
        return None
    place, those = item.pieces[0].start if item.pieces else item.start, points(turn, item)
    some = _said_before(turn, "partitives", place) or _said_before(turn, "definite", place)
    if item.begun and some and not those and item.family is None:
        whole = f"{line.want.words} {item.words}"  # "des pommes", and then "des vertes, un kilo"
        return whole if locales.head_first(lang) and turn.named(whole) else turn.composed(item, line.want.words)
    if item.measured is not None and not (those and item.trailing):
        return None
    definite = sight.said("definite", item.start) is not None
    name = turn.composed(item, line.want.words) if those or (definite and item.refines) else None
    if name is not None and (those or item.family is None or turn.called(name)):  # "the cherry ones" after tomatoes
        return name
    if those or (definite and item.refines and item.family is None):
        tied = next((at for at in range(max(0, place - 3), place) if sight.joint(at) == place), None)
        if those and tied is not None and item.pieces[0].linked is False:
            return f"{line.want.words} {sight.spell(tied, item.pieces[-1].end)}"  # "celui au seigle"
        return locales.qualified(line.want.words, item.words, lang)
    held = set(stems(line.want.words, lang))
    same = item.family is not None and line.want.family in turn.heard.lexicon.above(item.family)
    return item.words if definite and same and held < set(stems(item.words, lang)) else None


def more_of_it(turn: Turn, item: Item) -> Item:
    """ "Another pack of gnocchi": of the kind that is in the cart already, unless another one is named."""
    line = turn.line(item) if item.has_food and not (item.brand or item.tags or item.usual) else None
    if line is None:
        return item
    tags = [tag for tag in line.want.constraints if ":" not in tag]
    return replace(item, words=line.want.words, family=line.want.family, brand=line.want.brand, tags=tags)


def points(turn: Turn, item: Item) -> bool:
    """Whether a thing is named as one of those spoken of: "celui de brebis", "celle de Vittel"."""
    starts = [piece.start for piece in item.pieces] + ([item.brand_words[0]] if item.brand_words is not None else [])
    return bool(starts) and _said_before(turn, "those", min(starts))


def _said_before(turn: Turn, section: str, place: int) -> bool:
    """Whether words of a section stand right before a place, or before "de", "à la" that do."""
    sight = turn.sight
    ends = {place} | {start for start in range(max(0, place - 3), place) if sight.joint(start) == place}
    return any(sight.said(section, start) in ends for start in range(max(0, place - 4), place))


def _kind_named(turn: Turn, item: Item, line: LineItem) -> bool:
    """Whether a kind is named of what was asked for as such and no more: "du fromage", and then "du comté"."""
    want, lexicon = line.want, turn.heard.lexicon
    if item.family is None or want.family is None or want.brand or want.constraints or line.recipe is not None:
        return False
    plain = want.amount is None and lexicon.family_of(want.words, turn.heard.lang) == want.family
    begins = not item.more and item.start == 0
    below = item.family != want.family and want.family in lexicon.above(item.family)
    return plain and begins and below and not lexicon.families[want.family].get("packs")


def in_place(acts: list[Act]) -> list[Act]:
    """ "Take out the butter and put in margarine instead" is one swap."""
    kept: list[Act] = []
    for act in acts:
        last = kept[-1] if kept else None
        swap = act.kind == "replace" and act.target is None and act.wants and last is not None
        if swap and last is not None and last.kind == "remove" and last.target is not None and last.target.want:
            kept[-1] = replace(act, target=last.target)
        elif swap and last is not None and last.kind == "add" and last.doubt is None and len(act.wants) == 1:
            kept[-1] = replace(last, wants=(*last.wants[:-1], _counted_as(act.wants[0], last.wants[-1])))
        elif act.compare and act.target is None and last is not None and last.kind == "replace" and last.compare:
            continue  # "the parmesan is too dear, find another one"
        elif act.kind == "cancel" and last is not None and last.kind == "undo":
            kept[-1] = act  # "drop it, I'm not ordering"
        elif act == Act("remove", target=Reference()) and last is not None and last.compare and not last.wants:
            kept[-1] = replace(act, target=last.target or act.target)  # "it's too dear, take it out"
        elif last is not None and last.kind == "reorder" and len(last.wants) == 1 and _is_lost(act):
            more = Amount(act.more) if act.amount is None and act.more is not None else act.amount
            kept[-1] = replace(last, wants=(replace(last.wants[0], amount=more),))
        elif last is not None and _counts(act, last):
            kept[-1] = replace(last, wants=(replace(last.wants[0], amount=act.amount),))
        else:
            kept.append(act)
    return kept


def _one_slot(acts: Iterable[Act]) -> list[Act]:
    """The acts, a time and the way to get the goods beside it as one: "the first one you have, I'll collect it"."""
    kept: list[Act] = []
    for act in acts:
        last = kept[-1] if kept else act
        first, second = last.slot, act.slot
        beside = {last.kind, act.kind} == {"choose_slot", "set_method"}
        if not beside or first is None or second is None:
            kept.append(act)
            continue
        timed, slot = (act, second) if act.kind == "choose_slot" else (last, first)
        kept[-1] = replace(timed, slot=replace(slot, method=second.method or first.method))
    return kept


def _counts(act: Act, last: Act) -> bool:
    """Whether an act only says how many of what another one put in place of something: "Orange. Two bottles."."""
    alone = act.kind == "set_quantity" and act.target == Reference() and act.amount is not None and act.more is None
    return alone and last.kind == "replace" and len(last.wants) == 1 and act.doubt is None


def found_later(acts: list[Act]) -> list[Act]:
    """Without a number of nothing that was named ("four, hang on, there are two of us: two melons") where something is
    asked for after it.
    """
    named = max((at for at, act in enumerate(acts) if act.kind in ("add", "reorder") and act.wants), default=-1)
    return _one_slot(act for at, act in enumerate(acts) if at > named or not _is_lost(act))


def _is_lost(act: Act) -> bool:
    """Whether it is a number of nothing that was named."""
    return replace(act, amount=None, more=None) == Act("set_quantity", target=Reference(), doubt="referent")


def _counted_as(want: Want, before: Want) -> Want:
    """ "Two milks, no, make that soy milk" are two of them."""
    return want if want.amount is not None else replace(want, amount=before.amount)


def usual_too(turn: Turn, items: list[Item]) -> list[Item]:
    """The things read, "and tea" asked for as usual like what stands before it: "my usual bread and tea"."""
    sight = turn.sight
    for before, item in pairwise(items):
        if not before.usual or item.usual or not item.known or item.begun or not before.pieces:
            continue
        said = (sight.detail(place, before.end) for place in range(before.start, before.pieces[0].start))
        first = any(found is not None and found.kind == "usual" for found in said)
        counted = item.measured is not None and not item.measured.implied
        item.usual = first and not counted and sight.said("and", before.end) == item.start
    last = items[-1] if len(items) > 1 and items[-1].usual and _known_of(turn, items[-1]) else None
    for item in reversed(items[:-1]) if last is not None and _of_all(turn, last) else ():
        if not (item.usual or _known_of(turn, item)):
            break
        item.usual = True
    return items


def _known_of(turn: Turn, item: Item) -> bool:
    """Whether a thing is spoken of as one that everybody here knows: "mon café", "the bread", without an amount."""
    counted = item.measured is not None and not item.measured.implied
    return item.has_food and not counted and turn.sight.said("definite", item.start) is not None


def _of_all(turn: Turn, last: Item) -> bool:
    """Whether what says that it is the usual, behind the last of several things, is said of all of them: in a clause of
    its own ("comme d'habitude"), and not by an adjective of that one.
    """
    said = (turn.sight.detail(place, last.end) for place in range(last.pieces[-1].end if last.pieces else 0, last.end))
    return any(found is not None and found.kind == "usual" and found.end - found.start > 1 for found in said)


def refused_line(turn: Turn, item: Item) -> Want | None:
    """What is in the cart and not wanted any more: "hold the olive oil" is no olive oil free anything."""
    lang = turn.heard.lang
    for words in (refused(tag, lang) for tag in item.tags):
        want = Want(words, lang, None, turn.heard.lexicon.family_of(words, lang)) if words else None
        if want is not None and turn.holds(want):
            return want
    return None


def of_focus(turn: Turn, items: list[Item]) -> bool:
    """Change what was spoken of last by a stretch that says only an amount, or only a detail."""
    item, *others = items
    for more in others:
        item.measured = more.measured or item.measured
        item.tags.extend(more.tags)
    line, topic = turn.focus, turn.heard.topic
    if (gone := refused_line(turn, item)) is not None:
        turn.act(Act("remove", target=Reference(want=gone)))
        return True
    if item.measured is not None:
        if topic:
            return False
        if item.shared and (acts := each_of_those(turn, item.measured)):
            turn.act(*acts)
            return True
        turn.retag(item, line)
        act = Act("set_quantity", target=measured_so(turn, item.measured), amount=item.amount)
        turn.act(replace(act, amount=None, more=item.measured.amount.value) if item.more else act)
        return True
    return turn.retag(item, line)
