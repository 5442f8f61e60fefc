"""What the pieces of a reading make together: the head, the family, the words, and how odd they are side by side."""

from __future__ import annotations

from dataclasses import replace

from cabas.dialogue import locales
from cabas.dialogue.classify import is_of
from cabas.dialogue.fillings import filled
from cabas.dialogue.heads import narrowed
from cabas.dialogue.item import COST, Item, Piece
from cabas.dialogue.lexicon import DISH, FAMILY, RESTRICTED, VARIANT
from cabas.dialogue.looser import is_beside
from cabas.dialogue.measures import size_tag
from cabas.dialogue.refusals import refused
from cabas.dialogue.sight import Sight
from cabas.dialogue.tokens import spell, stem, tokenize
from cabas.dialogue.trie import Match
from cabas.domain.cart import Amount
from cabas.domain.catalog import SoldBy

# Names longer than this are no single thing the catalog could be asked about.
ASKED_WORDS = 8
# More names than these beside the head are a list.
BESIDE_MAX = 2
# A name that only says which kind of the head has no more words: "red pepper hummus".
KIND_WORDS = 2


def compose(sight: Sight, item: Item) -> None:
    """The head, the family, the words, and what they cost together."""
    matched = [piece for piece in item.pieces if piece.match is not None and piece.match.kind in (FAMILY, RESTRICTED)]
    _unit_as_food(sight, item)
    item.kept = _trimmed(sight, item.kept, item.pieces)
    item.words = spell([sight.tokens[index] for index in item.kept])
    head = _head(sight, item, matched)
    if not item.has_food:
        item.cost += COST["amend"] if item.says else COST["nothing"]
        return
    item.cost += COST["item"]
    if head is not None and head.match is not None:
        if head.match.kind == RESTRICTED:
            item.restricted = head.match.id
        else:
            item.head, item.family = head.match.id, _family(sight, item, head.match)
    lookalike = item.head is not None and item.family is None
    item.known = (bool(matched) and not lookalike) or item.brand is not None
    extras = [piece for piece in matched if piece is not (head or matched[0])]
    beside = [piece for piece in extras if not piece.linked]
    needs_asking = bool(beside or item.ands or not item.known)
    lead = head or _dish(item)
    dish = filled(sight, item) if len(item.pieces) > 1 else None
    if dish is not None:
        _as_dish(sight, item, dish)
    flavors = dish is not None or (len(item.ands) == 1 and lead is not None and _flavors(sight, item, lead))
    asked = needs_asking and bool(item.words) and len(item.kept) <= ASKED_WORDS
    asked = asked and not _brand_apart(item) and (flavors or not _two(sight, item)) and _alone(sight, item, beside)
    if asked and sight.knows(item.words):
        item.known = True
        item.cost += COST["asked"]
    else:
        item.cost += COST["and_inside" if flavors else "and"] * len(item.ands)
        item.cost += COST["linked"] * (len(extras) - len(beside))
        listed = (head is None and _ends_a_list(sight, item)) or _is_list(sight, item)
        listed = listed and dish is None
        side = "beside" if listed else "linked" if flavors or head is None else _beside(sight, item, beside, head)
        item.cost += COST[side] * len(beside)
        item.cost += 0.0 if item.known else COST["unknown"]
    item.cost += COST["and"] * _only_flavors(sight, item)
    _as_size(sight, item)
    _as_pairs(sight, item)
    if item.brand is not None and not item.pieces:
        item.words = item.brand
    elif item.brand_words is not None and _flavor_of_brand(sight, item, head):
        item.head = item.family = None
        item.words = spell(sight.tokens[item.brand_words[0] : item.kept[-1] + 1])
    if item.flavor and item.measured is not None and item.kept and item.brand is None:
        item.words = spell(sight.tokens[item.measured.end : item.kept[-1] + 1])


def _as_dish(sight: Sight, item: Item, start: int) -> None:
    """A dish with two fillings is of the family of its head, where there is one, and known."""
    lexicon, words = sight.tools.lexicon, sight.spell(start, item.kept[-1] + 1)
    item.known = True
    item.family = item.family or lexicon.family_of(words, sight.lang)
    item.head = item.head or item.family


def _flavor_of_brand(sight: Sight, item: Item, head: Piece | None) -> bool:
    """Whether all that is said behind a brand is how it tastes: "des BN à la fraise", "un Perrier citron"."""
    first = item.pieces[0] if item.pieces else None
    if first is None or item.brand_words is None or first.start < item.brand_words[1] or item.ands:
        return False
    if head is None or head.match is None:
        return first.match is None or first.match.kind == VARIANT
    return head is first and (first.linked or is_of(head.match.id, "fresh"))


def _brand_apart(item: Item) -> bool:
    """Whether "and" parts a brand from all that is named, which is another thing then: "walnut oil and Haribo"."""
    if item.brand_words is None or not item.pieces:
        return False
    start, end = item.brand_words
    first, last = item.pieces[0].start, item.pieces[-1].start
    return any(last < place < start or end <= place < first for place in item.ands)


def _ends_a_list(sight: Sight, item: Item) -> bool:
    """Whether the last of several names stands alone behind "and", though no family is called so ("eggs and beans")."""
    last = item.pieces[-1] if item.pieces else None
    head_last = not locales.head_first(sight.lang)
    return head_last and last is not None and last.match is None and bool(item.ands) and last.after_and


def _unit_as_food(sight: Sight, item: Item) -> None:
    """ "Des capsules", "deux filets de bar": the unit is what is wanted, or how it is cut."""
    measured = item.measured
    if measured is None or measured.unit is None or measured.unit.kind != "container" or measured.constraints:
        return
    start = measured.end - 1
    if not item.has_food and _is_thing(sight, item, start):
        item.pieces.append(Piece(start, measured.end, sight.name(start, measured.end, FAMILY)))
        item.measured = replace(measured, amount=Amount(measured.amount.value), unit=None, end=start)
    elif not item.has_food and measured.implied and item.begun and not measured.definite:
        item.pieces.append(Piece(start, measured.end))
        item.measured = None
    elif any(piece.match is not None and cut(sight, start, piece.match.id) for piece in item.pieces[:1]):
        item.measured = replace(measured, amount=Amount(measured.amount.value), unit=None)
    else:
        return
    item.kept.extend(range(start, item.pieces[0].start if item.pieces[0].start > start else measured.end))


def _is_thing(sight: Sight, item: Item, start: int) -> bool:
    """Whether a unit is a thing itself: "some jam and a loaf", "six rolls and butter"."""
    size = len(sight.tokens)
    listed = item.end + 1 < size and sight.is_mark(item.end) and _is_first(sight, item)  # "six rolls, some ham"
    joined = (
        listed
        or sight.said("and", item.end) is not None
        or any(sight.said("and", place) == item.start for place in range(max(0, item.start - 2), item.start))
    )
    return joined and not item.tags and sight.name(start, item.end, FAMILY) is not None


def cut(sight: Sight, place: int, family: str) -> bool:
    """Whether a unit is a cut of that kind of food: a "filet" of fish is no net."""
    cuts = sight.words.cuts
    return sight.tokens[place].folded in cuts and not cuts[sight.tokens[place].folded].isdisjoint(
        sight.tools.lexicon.above(family)
    )


def _as_size(sight: Sight, item: Item) -> None:
    """A volume said of goods that are counted is their size: "sacs congélation 3 litres", "5 gallon buckets"."""
    measured = item.measured
    if measured is None or measured.unit is None or measured.unit.kind != "measure" or measured.constraints:
        return
    if counted(sight, item.family):
        item.tags.append(size_tag(measured))
        item.measured, item.trailing = None, False


def _as_pairs(sight: Sight, item: Item) -> None:
    """Of what is sold in pairs a pair is one: "two pairs of rubber gloves", but "a pair of kippers"."""
    measured = item.measured
    if measured is None or measured.unit is not None or not item.kept:
        return
    if sight.said("pairs", measured.end - 1) == measured.end and sight.said("in_pairs", item.kept[-1]) is not None:
        item.measured = replace(measured, amount=replace(measured.amount, value=measured.amount.value / 2))


def counted(sight: Sight, family: str | None) -> bool:
    """Whether a family is sold by the piece, so that a volume or weight said of it is a size."""
    record = sight.tools.lexicon.family(family) if family else None
    if record is None or record.pack is None or record.sold_by is not SoldBy.EACH:
        return False
    return record.pack.dimension == "count" and record.piece is None


def _beside(sight: Sight, item: Item, beside: list[Piece], head: Piece) -> str:
    """Two names side by side ("lamb sausages") are one thing rather than a list when nothing else stands beside."""
    before, after, size = item.start - 1, item.end, len(sight.tokens)
    opened = before < 0 or item.begun or sight.is_mark(before) or sight.is_small(before) or _is_first(sight, item)
    closed = after >= size or sight.is_mark(after) or sight.is_small(after) or bool(sight.amounts(after, size))
    single = len(beside) == 1 and beside[0].match is not None and beside[0].match.words <= _kind_words(sight, head)
    single = single and (beside[0].end == head.start or head.end == beside[0].start)
    single = single and not _alike(sight, beside[0], head)  # "strawberries raspberries" is a list
    single = single and not _many(sight, beside[0], head)
    if len(beside) == 1 and _same(beside[0], head):
        return "linked"  # "lessive Ariel", where one is another name of the other
    return "compound" if single and opened and closed else "beside"


def _same(one: Piece, other: Piece) -> bool:
    """Whether a single word names the same thing as another name."""
    if one.match is None or other.match is None or one.match.kind != FAMILY:
        return False
    return one.match.id == other.match.id and one.match.words == 1


def _is_first(sight: Sight, item: Item) -> bool:
    """Whether nothing is named before it: "I need egg tarts"."""
    return all(sight.name(place, item.start, FAMILY) is None for place in range(item.start))


def _kind_words(sight: Sight, head: Piece) -> int:
    """How many words a name may have that says which kind of `head`: two where nothing follows a head of such names."""
    last = head.end == len(sight.tokens)
    return KIND_WORDS if last and sight.tools.lexicon.heads_names(sight.tokens[-1].folded, sight.lang) else 1


def _is_list(sight: Sight, item: Item) -> bool:
    """Whether names in the plural stand before others where no mark was heard."""
    named = [piece for piece in item.pieces[:-1] if piece.match is not None and piece.match.kind == FAMILY]
    return not sight.written and any(_many(sight, piece, item.pieces[-1]) for piece in named)


def _many(sight: Sight, one: Piece, head: Piece) -> bool:
    """Whether a name before the head is in the plural, as nothing is that says which kind: "pretzels chewing gum"."""
    if one.start > head.start or locales.head_first(sight.lang):
        return False
    plural = tuple(locales.words(locales.read(sight.lang, "numbers").get("plurals")))
    word = sight.tokens[one.end - 1].folded
    return word.endswith(plural) and not word.endswith("ss")


def _alone(sight: Sight, item: Item, beside: list[Piece]) -> bool:
    """Whether nothing else stands beside names side by side where no mark was heard: "eggs milk bread" is a list,
    though there is milk bread.
    """
    if len(beside) > BESIDE_MAX:
        return False
    if _is_list(sight, item):
        return False
    if sight.written or item.ands or len(beside) != 1 or len(item.pieces) != 2:
        return True
    before, after, size = item.start - 1, item.end, len(sight.tokens)
    left = before >= 0 and not item.begun and _ends_name(sight, item.start)
    return not left and (after >= size or sight.name(after, size, FAMILY) is None)


def _ends_name(sight: Sight, place: int) -> bool:
    """Whether a name ends right here."""
    size = len(sight.tokens)
    return any(
        match.end == place and match.kind == FAMILY for start in range(max(0, place - 3), min(place, size))
        for match in sight.names(start)
    )  # fmt: skip


def _two(sight: Sight, item: Item) -> bool:
    """Whether one name stands on either side of "and" and nothing else: a list, whatever is made of both ("milk and
    bread", for all the milk bread there is). Where no mark was heard, several may stand before it.
    """
    several = len(item.pieces) > 2 and not sight.written
    if several and locales.head_first(sight.lang):
        plural = tuple(locales.words(locales.read(sight.lang, "numbers").get("plurals")))  # "purée" is of what follows
        several = all(sight.tokens[piece.end - 1].folded.endswith(plural) for piece in item.pieces)
    if len(item.ands) != 1 or (len(item.pieces) != 2 and not several):
        return False
    last = [piece for piece in item.pieces if piece.start > item.ands[0]]
    return len(last) == 1 and all(piece.match is not None and piece.match.kind == FAMILY for piece in item.pieces)


def _only_flavors(sight: Sight, item: Item) -> int:
    """The "and"s of what is a flavor or a topping when nothing else is named: "ham and cheese" is no pizza."""
    match = item.pieces[0].match if len(item.pieces) == 1 and item.brand is None else None
    if match is None or match.kind != VARIANT:
        return 0
    return sum(sight.said("and", index) is not None for index in range(match.start, match.end))


def _flavors(sight: Sight, item: Item, head: Piece) -> bool:
    """Whether "et" stands inside one thing: "une purée carotte et panais", "plum and fig chutney"."""
    place = item.ands[0]
    paired = sight.said("paired", item.pieces[0].start)
    if paired is not None and place < paired < item.end and not _parts_pair(sight, item, paired):
        return True  # "sour cream and onion dip"
    after = [piece for piece in item.pieces if piece.start > place]
    before = [piece for piece in item.pieces if piece.start < place]
    if head.start > place:  # head last: flavors of one kind stand on both sides
        alike = len(after) == 2 and len(before) == 1 and _alike(sight, before[0], after[0], depth=1)
        return alike and after[1] is head and not _several(sight, before[0], after[0])
    bare = bool(after) and not any(sight.is_small(index) for index in range(place + 1, after[0].start))
    if not item.begun or not bare or len(after) != 1:
        return False
    if len(before) > 1 or head.match is None or head.match.words < 2:
        return len(before) > 1
    # "une quiche poireaux et saumon", but "deux baguettes tradition et croissants" unless something is called so
    last = sight.name(head.end - 1, head.end, FAMILY)  # a food of its own, no short name of the whole ("basmati")
    flavored = last is not None and last.id != head.match.id
    return flavored or any(sight.joint(at) for at in range(head.start + 1, head.end)) or sight.knows(item.words)


def _parts_pair(sight: Sight, item: Item, end: int) -> bool:
    """Whether the second of two flavors that end at `end` begins the name of a thing of its own: "mozzarella and tomato
    paste", but not "chicken and mushroom soup", as soup is a thing without them.
    """
    if not any(piece.start < end < piece.end and piece.match is not None for piece in item.pieces):
        return False
    alone = sight.said("filled", end) or sight.said("flavored", end) or sight.name(end, item.end, FAMILY)
    return alone is None


def _several(sight: Sight, one: Piece, other: Piece) -> bool:
    """Whether the first of two names stands for several of it and the second does not: "peaches and apricot jam"."""
    plural = tuple(locales.words(locales.read(sight.lang, "numbers").get("plurals")))
    return sight.tokens[one.end - 1].folded.endswith(plural) and not sight.tokens[other.end - 1].folded.endswith(plural)


def _alike(sight: Sight, one: Piece, other: Piece, depth: int | None = None) -> bool:
    """Whether two names are of one aisle; of one department when only the first `depth` steps are compared."""
    if one.match is None or other.match is None:
        return False
    families = sight.tools.lexicon.families
    matches = [piece.match.id for piece in (one, other) if piece.match and piece.match.id in families]
    paths = [next(iter(families[family]["category"].values()), ())[:depth] for family in matches]
    return len(paths) == 2 and paths[0] == paths[1]


def _dish(item: Item) -> Piece | None:
    """The name of a dish that the thing begins with."""
    first = item.pieces[0] if item.pieces else None
    return first if first is not None and first.match is not None and first.match.kind == DISH else None


def _head(sight: Sight, item: Item, matched: list[Piece]) -> Piece | None:
    """The name that says what it is: the first in French, the last in English. None when another word does."""
    if not matched:
        return None
    lexicon = sight.tools.lexicon
    if locales.head_first(sight.lang):
        first = matched[0]
        strangers = [piece for piece in item.pieces if piece.start < first.start and piece.match is None]
        if item.ands and _dish(item) is not None and item.pieces[0].start < first.start:
            return None  # "une quiche poireaux et saumon" is no salmon
        # "nuggets de poulet" with a word nobody knows is no chicken; a pack of it is
        strangers = [piece for piece in strangers if sight.tools.measures.unit(sight.tokens, piece.start) is None]
        heads = [piece for piece in strangers if first.linked or lexicon.heads_names(_folded(sight, piece), sight.lang)]
        return None if heads else first
    linked = next((place for place, piece in enumerate(item.pieces) if piece.linked), None)
    stretch = item.pieces if linked is None else item.pieces[:linked]  # "loin of pork": the head stands before "of"
    named = [piece for piece in stretch if piece in matched]
    if not named:
        goes_with = linked is not None and is_beside(sight.tokens[item.pieces[linked].start - 1], sight.lang)
        return None if goes_with else matched[-1]
    strangers = [piece for piece in stretch if piece.start >= named[-1].end and piece.match is None]
    heads = [piece for piece in strangers if lexicon.heads_names(_folded(sight, piece), sight.lang)]
    unknown = [piece for piece in strangers if not lexicon.knows_word(_folded(sight, piece), sight.lang)]
    return None if heads or unknown else named[-1]


def _folded(sight: Sight, piece: Piece) -> str:
    return sight.tokens[piece.start].folded


def _family(sight: Sight, item: Item, match: Match) -> str | None:
    """The family of the head, narrowed by the other words; None where they say it is another thing."""
    lang = match.lang or sight.lang
    said = tuple(stem(sight.tokens[index].folded, lang) for index in item.kept)
    if sight.tools.lexicon.excluded(match.id, said, lang):
        return _named_around(sight, item) if item.brand_words is not None else None
    whole = tuple(stem(sight.tokens[index].folded, lang) for index in range(item.start, item.end))
    if any(refused(tag, sight.lang) for tag in item.tags):
        whole = said  # "chicken, not frozen"
    return narrowed(sight.tools.lexicon, match.id, whole, lang)


def _named_around(sight: Sight, item: Item) -> str | None:
    """The family that is called by all that stands around a brand: "lait Gallia premier âge"."""
    words = tokenize(item.words)
    names = sight.tools.lexicon.at(words, 0, sight.lang)
    return next((one.id for one in names if one.kind == FAMILY and one.end == len(words)), None)


def _trimmed(sight: Sight, kept: list[int], pieces: list[Piece]) -> list[int]:
    """What is kept without small words at either end, but for those of a name ("M&M's")."""
    whole = [piece for piece in pieces if piece.match is not None or piece.end > piece.start + 1]  # "bone in"
    named = {place for piece in whole for place in range(piece.start, piece.end)}
    kept = sorted(set(kept))
    while kept and sight.is_small(kept[-1]) and kept[-1] not in named:
        kept.pop()
    while kept and sight.is_small(kept[0]) and kept[0] not in named:
        kept.pop(0)
    return kept
