"""One thing in place of another, named by what makes it different ("du demi-sec", "the rye one")."""

from __future__ import annotations

from dataclasses import replace

from cabas.dialogue import locales
from cabas.dialogue.acts import Act, Reference
from cabas.dialogue.again import refused_line
from cabas.dialogue.counts import recounted
from cabas.dialogue.item import Item, is_clause, is_never
from cabas.dialogue.lexicon import LABEL
from cabas.dialogue.patterns import Found
from cabas.dialogue.plausible import gathered
from cabas.dialogue.segment import read_items
from cabas.dialogue.sight import Sight
from cabas.dialogue.tokens import tokenize
from cabas.dialogue.turn import Turn
from cabas.domain.cart import Want

# Details that say what is not wanted.
REFUSALS = ("free_of", "not_brand", "not_this")


def swap(turn: Turn, old: Item | None, item: Item) -> list[Act]:
    """`item` in place of `old`, or of what was spoken of last."""
    line = turn.line(old) if old is not None else turn.focus
    before = old.words if old is not None else line.want.words if line is not None else ""
    want = turn.want(item)
    if item.brand is not None and not item.pieces and line is not None:
        want = replace(line.want, brand=item.brand)  # "for the jam, Tiptree"
    elif not item.has_food and line is not None:
        want = turn.tagged(line, want.constraints)
    elif line is not None and old is not None and (name := _other_kind(turn, old, item, line.want.words)) is not None:
        want = renamed(turn, want, name)
    elif (
        before
        and not _whole(item)
        and (name := turn.composed(item, before)) is not None
        and _of_its_kind(turn, item, before, name)
    ):
        want = renamed(turn, want, name)
        if (
            item.measured is not None
            and turn.sight.spell(item.measured.start, item.measured.end).lower() in name.lower()
        ):
            want = replace(want, amount=None)  # the "demi" of "demi-sec" counts nothing
    return [Act("replace", wants=(want,), target=turn.reference(old) if old is not None else None)]


def _other_kind(turn: Turn, old: Item, item: Item, words: str) -> str | None:
    """The name of what is there with one kind in place of the other: "white" for "red" of "red wine vinegar"."""
    said, other = old.words.casefold(), item.words.casefold()
    if f"{said} " not in f"{words.casefold()} " or said == words.casefold():
        return None
    name = words.casefold().replace(said, other)
    return name if turn.named(name) else None


def _of_its_kind(turn: Turn, item: Item, before: str, name: str) -> bool:
    """Whether a name put together still says the thing before ("oat milk" in place of milk): "pasta" in place of rice
    is no "rice pasta".
    """
    place = 0 if locales.head_first(turn.heard.lang) else -1
    return item.family is None or name.casefold().split()[place] == before.casefold().split()[place]


def _whole(item: Item) -> bool:
    """Whether a thing is named in full ("du miel"), and not by what makes it different ("du demi-sec")."""
    return item.begun and item.family is not None and item.measured is None


def renamed(turn: Turn, want: Want, name: str) -> Want:
    """`want` under another name, with the family of that name."""
    whole = [match for match in turn.heard.lexicon.at(tokenize(name), 0, turn.heard.lang) if match.kind == "family"]
    family = whole[0].id if whole and whole[0].end == len(tokenize(name)) else want.family
    return replace(want, words=name, family=family)


def replaced(turn: Turn, found: Found) -> list[Act] | None:
    """Another thing instead: of what is named, or of what was spoken of last."""
    return _pair(turn, *found.slots["pair"]) if "pair" in found.slots else _in_place(turn, found)


def _sides(turn: Turn, found: Found) -> tuple[list[Item], list[Item]]:
    """What is given up and what is wanted."""
    old = turn.items(*found.slots["old"]) if "old" in found.slots else []
    new = gathered(turn, turn.items(*found.slots["new"])) if "new" in found.slots else []
    if old and not new and len(old) > 1:  # "pas du riz long, du basmati"
        old, new = old[:1], old[1:]
    if len(old) > 1 and new and not any(item.has_food for item in old[1:]):  # "not plums, two pounds of them"
        new[0].measured = new[0].measured or old[1].measured
        old = old[:1]
    if len(old) == 1 and new:
        _count_new(old[0], new[0])
    return old, new


def _count_new(old: Item, new: Item) -> None:
    """What is counted behind both is what is wanted: "plums not pears, four of them"."""
    if old.trailing and old.measured is not None and new.measured is None:
        new.measured, old.measured = old.measured, None


def _in_place(turn: Turn, found: Found) -> list[Act] | None:
    if _refuses(turn, found):
        return None  # "nothing with nuts in it" wishes for no nuts
    if "new" in found.slots and turn.sight.said("questions", found.slots["new"][0]) is not None:
        return None  # "c'est qui, le président ?"
    old, new = _sides(turn, found)
    if not new:
        return [Act("remove", target=turn.reference(old[0]))] if len(old) == 1 and old[0].has_food else None
    if len(new) > 1 and any(item.has_food for item in new[1:]):
        return None
    item = new[0]
    if not (old or item.has_food) and (unwanted := refused_line(turn, item)) is not None:
        return [Act("remove", target=Reference(want=unwanted))]  # "actually, hold the mustard"
    if not old and _turned_down(turn, found, item):
        return [Act("remove", target=turn.reference(item))]
    for more in new[1:]:
        item.measured = more.measured or item.measured
        item.tags.extend(more.tags)
    if not old and recounted(turn, item):
        return []
    if not old and _counts_again(turn, item):
        return [Act("set_quantity", target=turn.reference(item), amount=item.amount)]
    last = turn.steps[-1] if turn.steps else None
    gone = isinstance(last, Act) and last.kind == "remove"  # "ditch the milk and get oat milk instead"
    lost = not old and turn.focus is None and turn.heard.topic is None and not turn.wishes.made and not gone
    if lost and item.known and not turn.heard.lines and not is_clause(turn.sight, item):
        turn.wish([item])  # "add turkey instead" of what was taken back
        return []
    if lost and turn.heard.lines and (kin := _rather(turn, item)) is not None:
        return kin  # "it's salted butter I wanted"
    if lost:
        return [Act("replace", compare="other")] if item.tags and not item.has_food else None
    return _instead(turn, old, item)


def _turned_down(turn: Turn, found: Found, item: Item) -> bool:
    """Whether none of a thing that is there is wanted any more: "actually, no milk"."""
    before = item.pieces[0].start - 1 if item.pieces else -1
    if before < found.slots["new"][0] or turn.line(item) is None:
        return False
    return turn.sight.tokens[before].folded in turn.sight.tools.grammar.macro("nope")


def _counts_again(turn: Turn, item: Item) -> bool:
    """Whether only another number of what is in the cart is named: "no, I meant six pears", but not "a second box"."""
    measured, line = item.measured, turn.line(item) if item.has_food else None
    if line is None or measured is None or measured.implied or item.tags or item.brand:
        return False
    more = any(turn.sight.said("more", place) for place in range(measured.start, measured.end))
    return not (more or item.more)


def _instead(turn: Turn, old: list[Item], item: Item) -> list[Act] | None:
    """`item` in place of what is named, or of what was spoken of last; None where it is none of that."""
    if item.has_food and (is_clause(turn.sight, item) or is_never(turn.sight, item)):
        return None
    if not item.has_food and not item.tags:
        return None
    if old and not item.has_food and turn.line(old[0]) is None:
        return None  # "asparagus, it has to be from Peru": wished for only now
    if turn.wishes.made and not old and not item.has_food:
        turn.wishes.made[-1].tags.extend(item.tags)  # "asparagus, it should be green"
        return []
    if not turn.heard.lines and not turn.wishes.made and turn.heard.topic is None and item.known:
        turn.wish([item])  # nothing to put it in place of
        return []
    if old and not old[0].has_food:
        return None
    if old and turn.line(old[0]) is None and turn.focus is not None and turn.composed(old[0], turn.focus.want.words):
        old = []  # "the dry one, not the sweet": kinds of what was spoken of last
    return swap(turn, old[0] if old else None, item)


def _refuses(turn: Turn, found: Found) -> bool:
    """Whether the clause begins with what is not wanted."""
    if "new" not in found.slots or "old" in found.slots:
        return False
    label = turn.sight.name(found.start, found.end, LABEL)
    if label is not None and label.end > found.slots["new"][0]:
        return True  # "no added salt in it" is how it should be
    refused = turn.sight.detail(found.start, found.end)
    return refused is not None and refused.kind in REFUSALS and refused.end > found.slots["new"][0]


def _pair(turn: Turn, start: int, end: int) -> list[Act] | None:
    """ "Not the lemons, limes", "make the rice couscous": the first of two things is there, the other one is not."""
    if turn.sight.is_mark(start - 1):
        return None
    for place in range(start + 1, end):
        first = place - 1 if place - 1 > start and turn.sight.is_mark(place - 1) else place
        old, new = turn.one(start, first), turn.one(place, end)
        if old is None or new is None or not (old.known and new.known) or old.measured is not None:
            continue
        named = all(piece.match is not None for item in (old, new) for piece in item.pieces)
        if named and turn.line(old) is not None and turn.line(new) is None:
            return swap(turn, old, new)
    return None


def preferred(turn: Turn, found: Found) -> list[Act] | None:
    """ "Pears, not apples": where apples are what is there. "I'd rather have smoked ham": where one ham is."""
    new, old = _one(turn, found, "new"), _one(turn, found, "old")
    if "old" not in found.slots:
        return _rather(turn, new)
    if new is None or old is None or not (new.known and old.known) or turn.line(old) is None:
        return None
    _count_new(old, new)
    return swap(turn, old, new) if turn.line(new) is None and not turn.wishes.made else None


def _rather(turn: Turn, new: Item | None) -> list[Act] | None:
    """Another kind of the only thing in the cart of that sort; None where something else was spoken of last."""
    if new is None or new.family is None or turn.focus is not None or turn.wishes.made or turn.line(new) is not None:
        return None
    lexicon = turn.heard.lexicon
    sorts = {lexicon.above(new.family)[-1], *lexicon.above(new.family)[1:]}
    kin = [line for line in turn.heard.lines if line.family and sorts & set(lexicon.above(line.family))]
    if len(kin) != 1:
        return None
    return [Act("replace", wants=(turn.want(new),), target=Reference(want=replace(kin[0].want, amount=None)))]


def kind_not(turn: Turn, found: Found) -> list[Act] | None:
    """ "The dry one, not the sweet": two kinds of what was spoken of last."""
    new, old, focus = _one(turn, found, "new"), _one(turn, found, "old"), turn.focus
    if new is None or old is None or focus is None or turn.wishes.made:
        return None
    both = all(one.has_food and turn.composed(one, focus.want.words) is not None for one in (new, old))
    return swap(turn, None, new) if both else None


def take_as(turn: Turn, found: Found) -> list[Act] | None:
    """ "The rice, take basmati", "des yaourts, mets-les à la vanille": which kind of what was named right before."""
    last = turn.steps[-1] if turn.steps else None
    wish = last[-1] if isinstance(last, list) else None
    before = turn.pointed or (wish.item if wish is not None else None)
    new = _one(turn, found, "new") if before is not None else None
    if before is None or new is None or new.measured is not None or not (new.has_food or new.tags):
        return None
    name = turn.composed(new, before.words) if new.has_food else before.words
    if name is None or (new.begun and not new.flavor and new.family is not None):
        return None
    if wish is not None and isinstance(last, list):
        last.pop()
        turn.wishes.made.pop()
        if not last:
            turn.steps.pop()
    if turn.line(before) is not None and (before.measured is None or before.measured.implied):
        return swap(turn, before, new)
    family = turn.family_called(name) or before.family
    turn.wish([replace(before, words=name, family=family, head=family, tags=[*before.tags, *new.tags])])
    return []


def swap_it(turn: Turn, found: Found) -> list[Act] | None:
    """ "Replace it with leeks": what was spoken of last; a question when nothing was."""
    if turn.focus is not None or turn.heard.topic or turn.wishes.made:
        return _in_place(turn, found)
    items = turn.items(*found.slots["new"])
    return [Act("set_quantity", target=Reference(), doubt="referent")] if items and items[0].has_food else None


def _one(turn: Turn, found: Found, name: str) -> Item | None:
    return turn.one(*found.slots[name]) if name in found.slots else None


def compared(turn: Turn, clause: Sight) -> bool:
    """ "Non, le petit", "the cheaper one": another one of what was spoken of last."""
    lost = turn.focus is None and not turn.heard.focus
    if lost and (turn.wishes.made or turn.steps):
        return False
    new = lost or bool(turn.wishes.made)
    for found in clause.tools.grammar.sections["compares"].fits(clause.text):
        if found.kind == "usual" and new:
            return False  # the usual of what is just wished for, or the whole usual order
        if "target" not in found.slots:
            turn.act(Act("replace", compare=found.kind))
            return True
        items = read_items(clause, *found.slots["target"])
        swap = any(
            one.kind == "replace" and "old" in one.slots
            for one in clause.tools.grammar.sections["frames"].fits(clause.text)
        )
        named = len(items) == 1 and items[0].has_food and not swap  # "change the ham for chicken"
        if named and (turn.line(items[0]) is not None or found.kind == "other"):
            turn.act(Act("replace", compare=found.kind, target=turn.reference(items[0])))
            return True
    return False
