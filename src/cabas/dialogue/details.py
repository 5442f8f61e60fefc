"""What is said about one thing besides its name: price limits, sizes, fat, brands not wanted, free of, usual."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache

from cabas.dialogue.classify import family_is_nonfood
from cabas.dialogue.compose import counted
from cabas.dialogue.item import Item
from cabas.dialogue.labels import labels, labels_by_word
from cabas.dialogue.lexicon import BRAND, FAMILY, LABEL, RESTRICTED, VARIANT, known_brands
from cabas.dialogue.measures import in_small_units, size_tag
from cabas.dialogue.numbers import numbers_of
from cabas.dialogue.patterns import Found
from cabas.dialogue.sight import Sight
from cabas.dialogue.trie import Match
from cabas.kernel.text import fold

# What is said in words after "pas de", "sans", "autre que": no more than this many.
OPEN_WORDS = 3
# "Four dollars two" is no price.
LEAST_CENTS = 5
# "Under three fifty" is; "moins de deux trois" is not.
LEAST_BARE = 10
# "Crème fraîche", "fromage frais": the label that names are made of.
FRESH = "fresh"
# Families counted in percent of fat; elsewhere a percentage is only a percentage ("chocolat à 70 %").
_LEAN = (
    "milk",
    "cream",
    "cheese",
    "meat",
    "beef",
    "yogurt",
    "ground_beef",
    "ground_meat",
    "burger_patty",
    "fromage_blanc",
)


def label_tag(label: str, lang: str) -> str:
    """What Cabas writes for a label in a language."""
    return labels()[label].tag(lang)


def add_detail(sight: Sight, item: Item, found: Found, start: int, end: int) -> int | None:
    """Put what a detail says into `item`. The index after it, or None when it is none after all."""
    kind = found.kind
    if kind == "max_price_bare" and _number(sight, found, "number2") is None and not _cents(sight, found):
        return None
    if kind in ("max_price", "max_price_bare", "price_around"):
        price, after = _price(sight, found)
        if price is None:
            return None
        item.tags.append(f"{kind.removesuffix('_bare')}:{price}")
        held = sight.tools.measures.of.at(sight.tokens, after) is not None
        counted = (place for place in range(start + 1, after) if held and not sight.said("currency", place))
        counted = (place for place in counted for one in sight.amounts(place, after) if one.end == after and one.unit)
        return next(counted, after)  # "under two euros, a jar of jam"
    if kind == "not_this" and sight.name(found.end, end, BRAND) is None:
        return None
    if kind in ("not_brand", "not_this", "but_not", "free_of"):
        return _open(sight, item, kind, start, found.end, end)
    if kind in _READERS:
        return _READERS[kind](sight, item, found)
    if kind == "size" and sight.is_small(found.slots["one"][0]):
        return None  # "gros calibre de ..."
    if kind == "size":
        item.tags.append(f"size:{_size(sight, found)}")
    elif kind == "usual":
        item.usual = True
    elif kind == "safe":
        item.safe = True
    elif kind == "packed" and not _closes(sight, found.end, end):
        return None  # "riz en sachet cuisson"
    elif kind == "packed":
        unit = sight.tools.measures.unit(sight.tokens, start + 1)
        item.canned = item.canned or (unit is not None and unit[0].said in ("can", "jar"))
    elif kind == "filler" and sight.said("tails", start) == found.end:
        item.refines = item.begun or not any(piece.match is not None for piece in item.pieces)
    return found.end


def origin(sight: Sight, item: Item, start: int, end: int) -> int | None:
    """Put where it is to come from into `item`: "from Spain", "grown in Kenya"; "Irish" before what is Irish, or after
    it ("they have to be Irish"). The index after it, or None when nothing of the kind is said.
    """
    if any(sight.said("manners", before) == start for before in range(max(0, start - 2), start)):
        return None  # "olives à la grecque"
    after = sight.said("origin_cues", start)
    if after is not None:
        article = (one.end for one in sight.amounts(after, end) if one.article)
        after = sight.said("determiners", after) or next(article, after)  # "from a local farm"
    elif sight.name(start, end, FAMILY, BRAND, LABEL) is not None:
        return None  # "French fries"
    found = sight.words.origins.at(sight.tokens, start if after is None else after)
    if found is None or found[1] > end:
        return None
    if after is None and not (item.has_food or sight.name(found[1], end, FAMILY) is not None):
        return None
    item.tags.append(f"origin:{found[0]}")
    return found[1]


def _times(sight: Sight, item: Item, found: Found) -> int | None:
    """ "Twice", "x3": so many of it."""
    if item.measured is not None and item.measured.unit is not None:
        if item.measured.unit.kind != "measure":
            return None
        item.tags.append(size_tag(item.measured))  # "33 cl de crème, fois deux"
    said = _number(sight, found, "number")
    count = {"double": 2, "triple": 3}.get(found.kind) or (int(said) if said is not None else 1)
    item.measured, item.trailing = sight.tools.measures.counted(count, found.start, found.end), True
    return found.end


def _closes(sight: Sight, position: int, end: int) -> bool:
    """Whether nothing more is said of the name: it ends here, or another thing or detail begins."""
    if position >= end or sight.is_mark(position) or sight.said("and", position) is not None:
        return True
    begins = sight.said("determiners", position) is not None or sight.detail(position, end) is not None
    return begins or bool(sight.amounts(position, end)) or sight.name(position, end, LABEL, BRAND) is not None


def _each(sight: Sight, item: Item, found: Found) -> int | None:
    """ "Six of each" counts everything before; "200 g each" is the size of one."""
    start, end = found.slots["amount"]
    if any(sight.tools.measures.each_of.at(sight.tokens, place) for place in range(end, found.end)):
        return None  # "two jars each of": of what follows
    glue = sight.tools.measures.of
    ends = {end} | {place for place in range(start, end) if (of := glue.at(sight.tokens, place)) and of[1] == end}
    measured = next((one for one in sight.amounts(start, end) if one.end in ends and not one.article), None)
    if measured is None:
        return None
    if measured.unit is not None and measured.unit.kind == "measure":
        item.tags.append(size_tag(measured))
    elif item.measured is None:
        item.measured, item.trailing, item.shared = measured, True, True
    else:
        return None
    return found.end


def _packs(sight: Sight, item: Item, found: Found) -> int | None:
    """ "Des piles par quatre": how many are packed together."""
    start, end = found.slots["number"]
    value = _number(sight, found, "number")
    measured = any(one.end > end and one.unit is not None for one in sight.amounts(start, len(sight.tokens)))
    if not item.has_food or measured or value is None or value.denominator != 1 or value < 2:
        return None  # "par 2 kg" is no pack
    item.tags.append(f"pack_of:{value}")
    return found.end


def _sized(sight: Sight, item: Item, found: Found) -> int | None:
    """ "The two liter size", "those 400 g tins": the size of one."""
    start, end = found.slots.get("amount") or (found.slots["number"][0], found.end)
    for measured in sight.amounts(start, end):
        if measured.unit is not None and measured.unit.kind == "measure" and measured.end == end:
            item.tags.append(size_tag(in_small_units(measured, sight.tokens)))
            return found.end
    return None


def _aged(sight: Sight, item: Item, found: Found) -> int | None:
    """ "24 months": how long it matured, in so many words."""
    value, end = _number(sight, found, "number"), found.slots["number"][1]
    if value is None or value.denominator != 1 or value < 2:
        return None
    item.tags.append(f"{value} {sight.spell(end, end + 1)}")
    return found.end


def _number(sight: Sight, found: Found, slot: str) -> Fraction | None:
    if slot not in found.slots:
        return None
    start, end = found.slots[slot]
    number = numbers_of(sight.lang).at(sight.tokens, start)
    return number.value if number is not None and number.end == end else None


def _price(sight: Sight, found: Found) -> tuple[str | None, int]:
    """ "3 euros 50" -> "3.50", and the index after it. What cannot be cents is the amount of something else."""
    value, after = _number(sight, found, "number"), found.end
    if _weighed(sight, found):
        return None, after
    cents = _number(sight, found, "number2")
    if value is None:
        return None, after
    if found.kind == "max_price_bare" and not _cents(sight, found) and (cents is None or not LEAST_BARE <= cents < 100):
        return None, after
    if cents is not None and (cents.denominator != 1 or not LEAST_CENTS <= cents < 100):
        after = found.slots["number2"][0]
    elif cents is not None:
        value += cents / 100
    return f"{float(value):.2f}", after


def _cents(sight: Sight, found: Found) -> bool:
    """Whether a bare number is written as money is: "under 1.50"."""
    text = sight.tokens[found.slots["number"][0]].text
    return found.end - found.slots["number"][0] == 1 and text[-3:-2] in (".", ",") and text[-2:].isdigit()


def _weighed(sight: Sight, found: Found) -> bool:
    """Whether the word of money is a weight ("two pounds"), as it is outside the regions where it is money."""
    start, end = found.slots.get("number", (found.start, found.start))
    unit = next((one for one in sight.amounts(start, found.end) if one.unit is not None and one.end > end), None)
    if unit is None or unit.end > found.end:
        return False
    words = {token.folded for token in sight.tokens[end : unit.end]}
    money = sight.words.currency_in.get(sight.tools.locale.partition("-")[2], frozenset())
    following = sight.tools.measures.of.at(sight.tokens, unit.end)
    return words.isdisjoint(money) or following is not None


def _size(sight: Sight, found: Found) -> str:
    start, end = found.slots["one"]
    number = numbers_of(sight.lang).at(sight.tokens, start)
    if number is not None and number.end == end and not number.article:
        return f"{float(number.value):g}"
    text = sight.spell(start, end)
    return text.upper() if len(text) <= OPEN_WORDS else text


def _percent(sight: Sight, item: Item, found: Found) -> int | None:
    value = _number(sight, found, "number")
    if value is None:
        return None
    above = sight.tools.lexicon.above
    families = {name for piece in item.pieces if piece.match is not None for name in above(piece.match.id)}
    said = found.kind == "fat" and sight.tokens[found.end - 1].folded not in ("%", "cent", "percent")
    lean = said or not families.isdisjoint(_LEAN)
    item.tags.append(f"fat:{float(value):g}%" if lean else f"{float(value):g}%")
    return found.end


def _open(sight: Sight, item: Item, kind: str, start: int, after: int, end: int) -> int | None:
    """ "pas de chez X", "sans noisettes", "but not the X one": what follows is not wanted."""
    if after >= end or _taken_back(sight, kind, start, after):
        return None
    tail = sight.said("tails", after) if kind == "but_not" else None  # "not the ones with nuts"
    tied = sight.joint(tail) if tail is not None and tail < end else None
    if tied is not None and tied < end:
        kind, after = "free_of", sight.said("determiners", tied) or tied
    elif kind == "but_not" and _only_counts(sight, after, end):
        return None
    for place in range(start, after) if kind == "free_of" else ():
        label = sight.name(place, end, LABEL)
        if label is not None and label.end > after:
            item.tags.append(label_tag(label.id, sight.lang))
            return label.end
    if kind == "free_of" and (lacking := _lacking(sight, after, end)) is not None:
        item.tags.append(lacking[0])
        return lacking[1]
    if kind == "but_not":
        after = sight.joint(after) or after
        after = sight.said("determiners", after) or after
        if after >= end:
            return None
    brand = sight.name(after, end, BRAND)
    allergen = sight.words.allergens.at(sight.tokens, after)
    food = sight.name(after, end, FAMILY, LABEL, RESTRICTED)
    pair = sight.said("paired", after)
    if pair is not None and pair <= end and (food is None or food.end < pair):  # "not salt and vinegar"
        item.tags.append(sight.words.negated.format(sight.spell(after, pair).lower()))
        return _past_one(sight, pair, end)
    if kind == "free_of" or (kind == "but_not" and food is not None and brand is None):
        if allergen is not None and allergen[1] <= end and (food is None or food.end <= allergen[1]):
            item.tags.append(free_of(allergen[0], sight.lang) or _free(sight, after, allergen[1]))
            return _past_one(sight, allergen[1], end)
        last = food.end if food is not None else _stretch(sight, after, end, 1)
        kind_only = kind == "but_not" and food is not None and food.kind == LABEL  # "pas complet" says which one
        said = sight.spell(after, last).lower()
        item.tags.append(sight.words.negated.format(said) if kind_only else _free(sight, after, last))
        return _past_one(sight, last, end)
    if kind == "but_not" and not item.has_food:
        return None
    last = brand.end if brand is not None else _stretch(sight, after, end, OPEN_WORDS)
    taste = food is not None or any(one.kind == VARIANT for one in sight.names(after))
    if brand is None and (taste if kind == "not_brand" else kind == "but_not" and not _brand_like(sight, after)):
        item.tags.append(sight.words.negated.format(sight.spell(after, last).lower()))
        return _past_one(sight, last, end)
    item.tags.append(f"not_brand:{brand.id if brand is not None else sight.spell(after, last)}")
    return _past_one(sight, last, end)


def _lacking(sight: Sight, after: int, end: int) -> tuple[str, int] | None:
    """The label for what is without the words from `after` on ("nothing with palm oil"), and the index after them."""
    for last in range(min(end, after + OPEN_WORDS), after, -1):
        label = labels_by_word().get(fold(sight.words.free_of.format(sight.spell(after, last))))
        if label is not None:
            return label_tag(label.id, sight.lang), last
    return None


def _taken_back(sight: Sight, kind: str, start: int, after: int) -> bool:
    """Whether "no" takes something back ("two, no, three"; "no wait") and excludes nothing."""
    if kind != "free_of" or after - start > 1:
        return False
    if any(sight.said("repairs", before) == after for before in range(max(0, start - 2), start)):
        return True  # "oranges, wait no clementines"
    repair = sight.said("repairs", start)
    counted = any(not one.implied and not one.article for one in sight.amounts(after, len(sight.tokens)))
    if repair is None:
        return False
    marked = sight.is_mark(start - 1) and sight.same_head(start - 1, after)  # "red onions, no, white onions"
    return repair > after or counted or sight.is_mark(after) or marked or sight.same_aisle(start, after)


def _only_counts(sight: Sight, after: int, end: int) -> bool:
    """Whether nothing but a number follows: "the usual jam, but two jars"."""
    said = (one for one in sight.amounts(after, end) if not one.implied and not one.article)
    counted = (one.end for one in said if one.unit is not None or one.amount.value.denominator == 1)
    return any(last >= end or sight.is_mark(last) or sight.name(last, end, FAMILY, BRAND) is None for last in counted)


def _brand_like(sight: Sight, place: int) -> bool:
    """Whether a word nobody listed may be a brand: written with a capital, or unknown where nothing is."""
    if sight.written:
        return sight.tokens[place].text[:1].isupper()
    word, lexicon = sight.tokens[place].folded, sight.tools.lexicon
    return not any(lexicon.knows_word(word, lang) for lang in lexicon.langs)


def _free(sight: Sight, start: int, end: int) -> str:
    return sight.words.free_of.format(sight.spell(start, end).lower())


def _stretch(sight: Sight, start: int, end: int, most: int) -> int:
    """Words up to a mark, "and", an article or an amount, at most so many."""
    position = start
    while position < end and position - start < most:
        stops = sight.is_mark(position) or sight.said("and", position) or sight.said("determiners", position)
        stops = stops or sight.said("tails", position)
        if position > start and (stops or sight.amounts(position, end) or sight.detail(position, end)):
            break
        position += 1
    return position


def _past_one(sight: Sight, position: int, end: int) -> int:
    """Past the "one" of "not the X one"."""
    after = sight.said("tails", position) if position < end else None
    return after if after is not None and after <= end else position


def concerning(diet: tuple[str, ...], family: str | None) -> tuple[str, ...]:
    """What of a diet (constraints) concerns goods of a family: nothing, where nobody eats them."""
    return () if family is not None and family_is_nonfood(family) else diet


@lru_cache(maxsize=256)
def free_of(allergen: str, lang: str) -> str | None:
    """The tag of the label that excludes an allergen: "sans arachide", "nut free"; None when there is none."""
    wanted = {"milk": "dairy_free", "lactose": "lactose_free", "pork": "no_pork", "gluten": "gluten_free"}
    if allergen in wanted:
        return label_tag(wanted[allergen], lang) if wanted[allergen] in labels() else None
    for label in labels().values():
        if label.kind == "diet" and label.allergens == {allergen}:
            return label.tag(lang)
    return None


def branded(sight: Sight, position: int, end: int) -> Match | None:
    """The brand that is named as one here: "de la marque Lu", "de chez Lindt"."""
    cue = sight.said("brand_cues", position)
    return sight.name(cue, end, BRAND) if cue is not None and cue < end else None


def inner_details(sight: Sight, item: Item, match: Match) -> None:
    """Brands, labels and sizes that are part of a name ("pain sans sel", "gants taille 8") are tags as well."""
    for index in range(match.start, match.end):
        brand = sight.name(index, match.end, BRAND) if item.brand is None else None
        if brand is not None and brand.words < match.words and (short := known_brands().get(brand.id)) is not None:
            # "dosettes Senseo" are called so, and no others are meant; any cola is "coca zéro"
            item.brand = None if sight.spell(brand.start, brand.end).lower() in short else brand.id
        label = sight.name(index, match.end, LABEL)
        if label is not None and label.id != FRESH and label.end - label.start < match.end - match.start:
            if labels()[label.id].kind == "diet" and family_is_nonfood(match.id):
                continue  # a light bulb is not low in fat
            item.tags.append(label_tag(label.id, sight.lang))
        found = sight.detail(index, match.end)
        if found is not None and found.kind in ("size", "fat", "percent"):
            add_detail(sight, item, found, index, match.end)
        for measured in sight.amounts(index, match.end)[:1]:
            if measured.unit is not None and measured.unit.kind == "measure" and counted(sight, match.id):
                item.tags.append(size_tag(measured))


_READERS = {
    "fat": _percent, "percent": _percent, "each": _each, "sized": _sized, "in_size": _sized, "packs": _packs,
    "aged": _aged,
    "double": _times, "triple": _times, "times": _times,
}  # fmt: skip
