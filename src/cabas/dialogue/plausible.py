"""Whether what was read as a thing can be one that is wished for: words that name nothing are better asked about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from cabas.dialogue import locales
from cabas.dialogue.compose import cut
from cabas.dialogue.fillings import plural
from cabas.dialogue.item import Item, Piece, is_clause, is_never, is_told
from cabas.dialogue.lexicon import FAMILY, VARIANT
from cabas.dialogue.numbers import numbers_of
from cabas.dialogue.sight import Sight
from cabas.dialogue.tokens import stems
from cabas.dialogue.turn import Turn
from cabas.dialogue.unsold import is_unsold

# Unknown words in a row that may still be the name of a thing when nobody said "add".
STRANGE_WORDS_MAX = 4
# The name of goods that are not sold here takes no more words, and a word nobody knows is at least so many letters.
UNSOLD_WORDS_MAX, WORD_LEAST = 3, 4
# What says which kind behind a comma takes no more words.
KIND_WORDS_MAX = 2
TWO = 2


def plausible(turn: Turn, item: Item, *, asked: bool, after: bool) -> bool:
    """Whether a thing read is one that can be wished for; `after` others in the same stretch were."""
    sight = turn.sight
    after = after or bool(turn.wishes.made)
    if not asked and sight.said("questions", item.start) and item.start == 0:
        return False
    if not item.has_food:
        return after or item.measured is not None or item.usual or item.pronoun or item.more
    if (item.refines or (item.repair and only_looks(sight, item))) and after:
        return True
    item.kind_of = after and item.measured is not None and not item.trailing and only_looks(sight, item)
    strange = [piece for piece in item.pieces if piece.match is None]
    meant = asked or after or item.begun or item.repair or item.measured is not None
    if strange and meant and _unsold(sight, item, len(strange)):
        return True
    if (only_looks(sight, item) and not item.repair and not item.kind_of) or is_never(sight, item):
        return False
    if sight.said("repairs", item.start) == item.end:
        return False
    if _refused(sight, item) or (not asked and is_told(sight, item)):
        return False
    if is_clause(sight, item) or (not meant and item.head is None and not _called(item) and _says_nothing(sight, item)):
        return False
    if item.brand is None and (_is_money(sight, item) or all(_is_nothing(sight, piece) for piece in item.pieces)):
        return False
    off = any(sight.said("offtopic", piece.start) for piece in strange)
    if off and item.pieces[0].match is None:
        return False
    if any(piece.match is not None for piece in item.pieces) and not turn.wishes.made and not turn.heard.lines:
        return True
    if item.known and (asked or item.begun or len(strange) <= len(item.pieces) - len(strange) + 1):
        return True
    common = bool(strange) and all(_is_common(sight, piece) for piece in strange)
    if off or common or len(strange) > STRANGE_WORDS_MAX:
        return False
    return asked or item.measured is not None or item.begun or after or _one_word(sight, item)


def not_asked(turn: Turn, items: list[Item], start: int, end: int) -> list[Item]:
    """The things read in a clause, without those that only a question names: "is the jam nice" adds none, nor does
    "les flans contiennent-ils du lait ?".
    """
    sight = turn.sight
    if sight.tokens[end].folded == "?" if end < len(sight.tokens) else turn.asking:
        verbs = (place - 1 for place in range(start + 1, end) if sight.said("inverted", place) is not None)
        if any(not (sight.is_small(verb) or sight.is_mark(verb)) for verb in verbs):
            return []
    if not items or sight.said("questions", start) is None:
        return items
    mark = next((place for place in range(start, end) if sight.is_mark(place)), end)
    return [item for item in items if item.start >= mark]


def _refused(sight: Sight, item: Item) -> bool:
    """Whether "no" stands right before it: "pas de sucre" wishes for none."""
    if not item.pieces:
        return False
    first = item.pieces[0].start
    return any(sight.said("refusing", place) == first for place in range(max(0, first - 4), first))


def gathered(turn: Turn, items: Sequence[Item]) -> list[Item]:
    """The things read, with what only says how one of them is put on it: "chips, Lay's", "coffee, ground", "sherry,
    dry".
    """
    sight = turn.sight
    kept: list[Item] = []
    past = 0
    for item in items:
        last = kept[-1] if kept else None
        if item.start < past:
            continue
        if last is not None and (pair := _flavors_of(sight, last, item)) is not None:
            past = pair
            last.words = f"{sight.spell(item.start, pair)} {last.words}"
            last.family = turn.heard.lexicon.family_of(last.words, turn.heard.lang) or last.family
            last.measured = last.measured or item.measured
            continue
        comma = item.start > 0 and sight.is_mark(item.start - 1)
        counted = item.measured is not None and (not item.trailing or (last is not None and last.measured is not None))
        if last is not None and comma and (_said_again(turn, last, item) or _cut_of(sight, last, item)):
            last.measured = item.measured
            last.tags.extend(item.tags)
        elif last is not None and comma and last.measured is None and counted and only_looks(sight, item):
            whole = f"{last.words} {item.words}"  # "du beurre, 250 g de doux"
            last.words = whole if turn.named(whole) else turn.composed(item, last.words) or whole
            last.family = turn.heard.lexicon.family_of(last.words, turn.heard.lang) or last.family
            last.measured, last.begun = item.measured, True
        elif last is None or not comma or not last.known or counted or item.begun:
            kept.append(item)
        elif len(items) == TWO and (kind := _kind_named(turn, last, item)) is not None:
            last.words, last.family = kind
            last.measured = last.measured or item.measured
            last.tags.extend(item.tags)
        elif len(items) == 2 and item.brand is not None and not item.pieces and last.brand is None:
            last.brand = item.brand
            last.tags.extend(item.tags)
        elif (name := _kind(turn, last, item)) is not None:
            last.words, last.measured = name, last.measured or item.measured
            last.family = turn.heard.lexicon.family_of(name, turn.heard.lang) or last.family
            last.tags.extend(item.tags)
        elif only_looks(sight, item) and not item.repair:
            last.tags.extend((item.words, *item.tags))
            last.measured = last.measured or item.measured
        else:
            kept.append(item)
    return kept


def _flavors_of(sight: Sight, last: Item, item: Item) -> int | None:
    """The index after two flavors that go together, which stand behind a comma and say of what kind the dish before it
    is: "six pies, steak and ale". None where another thing begins.
    """
    if not sight.is_mark(item.start - 1) or not last.pieces or (item.measured is not None and not item.trailing):
        return None
    pair, head = sight.said("paired", item.start), last.pieces[-1]
    if pair is None or locales.head_first(sight.lang) or not (pair >= len(sight.tokens) or sight.is_mark(pair)):
        return None
    dish = any(
        sight.said(one, place) == head.end for one in ("filled", "flavored") for place in range(head.start, head.end)
    )
    return pair if dish else None


def _said_again(turn: Turn, last: Item, item: Item) -> bool:
    """Whether the thing before is named once more to say how much of it: "pears, a box of pears", "rye bread, one
    loaf".
    """
    same = last.words.casefold() == item.words.casefold()
    if not same and last.family is not None and len(item.pieces) == 1 and not item.tags:
        same = item.family in turn.heard.lexicon.above(last.family)
    if not same or last.brand != item.brand or item.more or item.repair:
        return False
    return item.has_food and item.measured is not None and (last.measured is None or last.amount == item.amount)


def _cut_of(sight: Sight, last: Item, item: Item) -> bool:
    """Whether only cuts of the thing before are counted: "cod, two fillets"."""
    if last.measured is not None or last.family is None or item.measured is None or len(item.pieces) != 1:
        return False
    return item.pieces[0].match is None and cut(sight, item.pieces[0].start, last.family)


def _kind_named(turn: Turn, last: Item, item: Item) -> tuple[str, str] | None:
    """The name and the family of a thing where all that follows it is what kind of it is meant, by a name of its own:
    "a lettuce, iceberg", "jam, strawberry"; None where that is another thing ("jam, butter", "cheese, brie").
    """
    lexicon, lang = turn.heard.lexicon, turn.heard.lang
    if (
        item.family is None
        or last.family is None
        or item.brand
        or item.usual
        or item.pronoun
        or item.more
        or item.repair
    ):
        return None
    if len(item.pieces) != 1 or locales.head_first(lang):
        return None
    if last.measured is not None and item.family in lexicon.below(last.family)[1:]:
        return item.words, item.family
    record = lexicon.family(item.family)
    if record is None or record.piece is None or plural(turn.sight, item.pieces[-1].end):
        return None
    name = f"{item.words} {last.words}"
    family = turn.family_called(name)
    return (name, family) if family is not None and family in lexicon.below(last.family) else None


def _kind(turn: Turn, last: Item, item: Item) -> str | None:
    """The name of `last` with the word or two after a comma that are no thing by themselves; None where they are."""
    named = any(piece.match is not None and piece.match.kind != VARIANT for piece in item.pieces)
    if named or item.head is not None or item.brand is not None or item.usual or len(item.pieces) > KIND_WORDS_MAX:
        return None
    name = turn.composed(item, last.words)
    if name is not None and not set(stems(last.words, turn.heard.lang)) <= set(stems(name, turn.heard.lang)):
        return None  # "café en grains, chicorée"
    common = any(turn.sight.said("common", piece.start) for piece in item.pieces)
    return name if name is not None and (not common or turn.called(name)) else None


def refining(turn: Turn, items: Sequence[Item]) -> Sequence[Item]:
    """The things read, those marked that only say which one of the thing before: "de la lessive, la liquide". A brand
    behind a comma is of that thing: "du ketchup, le Heinz".
    """
    sight, before, kept = turn.sight, turn.wishes.made[-1].item if turn.wishes.made else None, list(items)
    for item in items:
        if before is not None and before.brand is None and item is not items[0] and _only_brand(sight, item):
            before.brand = item.brand
            kept.remove(item)
            continue
        first = item.pieces[0].start if item.pieces else 0
        definite = first > 0 and sight.said("definite", first - 1) == first
        if before is not None and definite and item.family is None and item.brand is None and before.has_food:
            comma = any(sight.is_mark(place) for place in range(max(0, item.start - 1), first))
            item.refines = item.refines or (comma and turn.composed(item, before.words) is not None)
        if item.has_food and not item.refines:
            before = item
    return kept


def _only_brand(sight: Sight, item: Item) -> bool:
    """Whether a thing is nothing but a brand behind a comma and "the": no goods are called so."""
    place = item.brand_words[0] if item.brand_words is not None else 0
    if item.brand is None or item.pieces or item.measured is not None or item.tags:
        return False
    definite = place > 1 and sight.said("definite", place - 1) == place
    return definite and sight.is_mark(place - 2)


def shared_heads(turn: Turn, items: Sequence[Item]) -> Sequence[Item]:
    """The things read, each that only tells a kind apart named by the one after it: "red and green peppers"."""
    kept = list(items[-1:])
    for item in reversed(items[:-1]):
        kept[:0] = _completed(turn, item, kept[0]) or [item]
    return kept


def _completed(turn: Turn, item: Item, following: Item) -> list[Item]:
    """A thing without a head as kinds of the one that follows; none when nothing is called so."""
    sight, lexicon, lang = turn.sight, turn.heard.lexicon, turn.heard.lang
    if following.begun and locales.head_first(lang):
        return []  # "le vert, et du miel"
    joined = item.end < following.start and (sight.said("and", item.end) is not None or sight.is_mark(item.end))
    headless = item.family is None and item.brand is None and not item.repair and not item.usual and not item.pronoun
    if not joined or not headless or following.family is None:
        return []
    if any(piece.match is not None and piece.match.kind != VARIANT for piece in item.pieces):
        return []
    pieces = item.pieces or ([Piece(item.start, item.end)] if item.tags else [])
    found: list[Item] = []
    for group in [pieces], [[piece] for piece in pieces]:
        for alone in group:
            words = sight.spell(alone[0].start, alone[-1].end) if alone else ""
            one = replace(item, words=words, pieces=alone, measured=item.measured if not found else None)
            name = turn.composed(one, following.words) if words else None
            looks = all(sight.said("looks", piece.start) == piece.end for piece in alone)
            family = lexicon.family_of(name, lang) if name and (looks or turn.called(name)) else None
            if name is None or family is None:
                found = []
                break
            found.append(replace(one, words=name, head=family, family=family, known=True))
        if found:
            break
    return found


def only_looks(sight: Sight, item: Item) -> bool:
    """Whether a thing is told by nothing but how it looks: "the blue ones" are something else's."""
    if item.family is not None or item.brand is not None or not item.pieces:
        return False
    return all(sight.said("looks", piece.start) == piece.end for piece in item.pieces)


def _unsold(sight: Sight, item: Item, strange: int) -> bool:
    """Whether goods no grocer has are wished for: a clerk says so, and does not take it for small talk."""
    if strange < len(item.pieces):
        return False
    counted = item.measured.end if item.measured is not None and not item.trailing else item.start
    if counted < item.end and sight.said("unsold", counted) is not None:
        return True  # "a train ticket to Rome"
    words = sight.spell(item.pieces[0].start, item.pieces[-1].end)
    return strange <= UNSOLD_WORDS_MAX and is_unsold(words, sight.lang)


def _one_word(sight: Sight, item: Item) -> bool:
    """Whether one word that means nothing else is all that was said: it is asked about."""
    if len(sight.tokens) != 1 or len(sight.tokens[0].folded) < WORD_LEAST or not sight.tokens[0].folded.isalpha():
        return False
    return not sight.is_small(0) and sight.said("questions", 0) is None and sight.said("looks", 0) is None


def _sized(sight: Sight, piece: Piece) -> bool:
    """Whether a word only tells how large: "the small one" is one of something else."""
    return piece.end in (sight.said("small_size", piece.start), sight.said("large_size", piece.start))


def _is_money(sight: Sight, item: Item) -> bool:
    """Whether money is spoken of and no thing: "six euros each"."""
    return item.head is None and any(sight.said("currency", piece.start) is not None for piece in item.pieces)


def _is_nothing(sight: Sight, piece: Piece) -> bool:
    return _sized(sight, piece) or _is_no_thing(sight, piece)


def _is_no_thing(sight: Sight, piece: Piece) -> bool:
    """Whether a word nobody calls goods means all of them, money or a number: "all of it", "eight euros",
    "serves four".
    """
    if piece.match is not None and piece.match.kind == FAMILY and piece.match.words > 1:
        return False  # "hundreds and thousands"
    number = numbers_of(sight.lang).at(sight.tokens, piece.start)
    if (
        number is not None
        and not number.article
        and number.end == piece.end
        and sight.tokens[piece.start].kind == "word"
    ):
        return True
    if piece.match is not None:
        return False
    return any(sight.said(section, piece.start) is not None for section in ("everything", "currency", "cents"))


def _called(item: Item) -> bool:
    """Whether a name is in it, and not only what kinds of things are told apart by ("large")."""
    named = any(piece.match is not None and piece.match.kind != VARIANT for piece in item.pieces)
    return named or item.brand is not None


def _says_nothing(sight: Sight, item: Item) -> bool:
    """Whether its words are frequent ones, or one that only tells kinds apart: no things by themselves."""
    return all(piece.match is not None or _is_common(sight, piece) for piece in item.pieces)


def _is_common(sight: Sight, piece: Piece) -> bool:
    """Whether a word that names nothing is one of every day."""
    return sight.said("common", piece.start) is not None or sight.is_everyday(piece.start)
