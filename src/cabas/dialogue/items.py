"""One thing asked for: an amount, what it is, and which one ("deux pots de 500 g de yaourt bio à la vanille").

`read_item` reads a stretch of words as one thing and says how odd that is: `segment` compares such costs to find out
where one thing ends and the next begins.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from cabas.dialogue.asides import begins_another, late_amount, looks, only_holds, past_remark, purpose, relative, to_do
from cabas.dialogue.borders import label_before, makes_next
from cabas.dialogue.compose import compose
from cabas.dialogue.details import add_detail, branded, inner_details, label_tag, origin
from cabas.dialogue.item import COST, Item, Piece
from cabas.dialogue.lexicon import BRAND, DISH, FAMILY, LABEL, RESTRICTED, VARIANT
from cabas.dialogue.marks import closes, mark_cost
from cabas.dialogue.measures import Measured, size_tag
from cabas.dialogue.numbers import numbers_of
from cabas.dialogue.sight import Sight

READINGS_MAX = 4
# A bare number after a name counts it when it is smaller than this.
BARE_MAX = 100


def read_item(sight: Sight, start: int, end: int) -> Item:
    """The cheapest reading of the tokens [start, end) as one thing."""
    readings = []
    for opened in _openings(sight, Item(start, end), start, end, 0):
        item, position = opened
        _body(sight, item, position, end)
        compose(sight, item)
        readings.append(item)
    named = [item for item in readings if any(piece.match and piece.match.words > 1 for piece in item.pieces)]
    best = min(readings, key=lambda item: item.cost)
    if named and not best.has_food:  # "trois barres protéinées" are bars, not three of something rich in protein
        best = min(named, key=lambda item: item.cost)
    # "un pot de miel" is a pot, though the lexicon may call jam a "pot de miel"
    measures = [(item, item.measured) for item in readings]
    counted = [
        item
        for item, said in measures
        if said is not None and said.unit is not None and said.unit.kind != "kitchen" and not said.implied
    ]
    above = {item.head: sight.tools.lexicon.above(item.head) if item.head else () for item in counted}
    same = [
        item
        for item in counted
        if best.head in above.get(item.head, ()) and item.cost < best.cost + COST["same_family"]
    ]
    if same and (best.measured is None or best.measured.unit is None) and best.head is not None:
        return min(same, key=lambda item: item.cost)
    longer = [item for item in counted if item.head == best.head and item.cost < best.cost + COST["same_family"]]
    if longer and best.head is not None:  # "six bouteilles de cidre": the bottles are counted, not part of the name
        return max(longer, key=lambda item: item.measured.end if item.measured is not None else 0)
    return best


def _copy(item: Item) -> Item:
    return replace(
        item, pieces=list(item.pieces), kept=list(item.kept), tags=list(item.tags), ands=list(item.ands)
    )  # fmt: skip


def _openings(sight: Sight, item: Item, position: int, end: int, depth: int) -> Iterator[tuple[Item, int]]:
    """Articles and the amount before the name. Several readings where a number may be part of a name."""
    while position < end:
        if sight.is_mark(position):
            item.cost += COST["mark_after_amount"] if item.measured is not None else 0.0
            position += 1
            continue
        priced = _price_first(sight, item, position, end)
        if priced is not None:
            position = priced
            continue
        if item.measured is None and depth < READINGS_MAX and (amounts := sight.amounts(position, end)):
            yield from _with_amounts(sight, item, position, end, amounts, depth)
            return
        found = sight.detail(position, end)
        longer = found is not None and (sight.said("determiners", position) or 0) > found.end
        if found is not None and found.kind == "filler" and found.end < end and not longer:
            position = found.end
            continue
        after = sight.said("vague", position) or sight.said("more", position) or sight.said("determiners", position)
        after = after or (sight.joint(position) if not item.pieces else None)
        alike, look = sight.said("as_much", position), sight.said("looks", position)
        if alike is not None and alike < end:
            item.alike, item.begun, position = True, True, alike
            continue
        name = sight.name(position, end, FAMILY, BRAND, LABEL)
        named = (name is not None and name.end > (after or 0)) or branded(sight, position, end) is not None
        if after is None or after > end or named or (look or 0) > after:
            break  # "extra virgin olive oil" is not more of it
        item.vague = item.vague or sight.said("vague", position) is not None
        item.more = item.more or sight.said("more", position) is not None
        item.begun = item.begun or sight.joint(position) != after or sight.said("determiners", position) == after
        position = after
    yield item, position


def _price_first(sight: Sight, item: Item, position: int, end: int) -> int | None:
    """Past a price that is said before the thing: "no more than four euros each for two pizzas"."""
    found = sight.detail(position, end)
    if found is None or not found.kind.startswith("max_price"):
        return None
    after = add_detail(sight, item, found, position, end)
    return sight.said("purpose", after) or after if after is not None and after < end else after


def _with_amounts(
    sight: Sight, item: Item, position: int, end: int, amounts: list[Measured], depth: int
) -> Iterator[tuple[Item, int]]:
    names = [match for match in sight.names(position) if match.end <= end and match.kind in (FAMILY, BRAND, LABEL)]
    names += [
        match for match in sight.names(position) if match.end <= end and match.kind == VARIANT and match.words > 1
    ]
    if names or sight.said("determiners", position) or sight.detail(position, end):
        bare = _copy(item)
        after = sight.said("determiners", position)
        bare.begun = bare.begun or after is not None
        vague = sight.said("vague", position)
        if vague is not None and not names and amounts[0].end > vague and not amounts[0].implied:
            pass  # "a few hundred grams"
        elif vague is not None and vague == after and after <= end and not names:  # "a few slices of ham"
            bare.vague = True
            yield from _openings(sight, bare, after, end, depth + 1)
        else:
            yield bare, after if after is not None and after <= end and not names else position
    halves = [match.end for match in names if match.kind == VARIANT or (match.words > 1 and match.lang == sight.lang)]
    for measured in amounts[:READINGS_MAX]:
        if measured.end < max(halves, default=0) and measured.amount.value.denominator != 1:
            continue  # "demi-sel" is no half salt
        taken = _copy(item)
        taken.measured, taken.begun = measured, True
        taken.definite = measured.definite
        taken.tags.extend(measured.constraints)
        taken.cost += COST["unit"] if measured.unit else 0.0
        taken.cost += COST["implied"] if measured.implied and not measured.definite else 0.0
        after = measured.end
        spread = sight.tools.measures.each_of.at(sight.tokens, after)
        glue = spread or sight.tools.measures.of.at(sight.tokens, after)
        taken.spread = spread is not None
        if spread is not None and spread[1] < end:
            after = spread[1]
        elif glue and glue[1] <= end:
            taken.each = measured.unit is None and measured.end < end and not _collective(sight, measured)
            taken.cost += COST["partitive"] if _partitive(sight, measured) else 0.0
            after = glue[1]
        else:
            taken.flavor = not measured.implied and sight.joint(after) is not None
        yield from _openings(sight, taken, after, end, depth + 1)


def _partitive(sight: Sight, measured: Measured) -> bool:
    """Whether an article of some of it follows a unit: "quatre tranches des blinis" are slices of what was said
    before, and blinis.
    """
    unit = (measured.unit is not None and not measured.implied) or _collective(sight, measured)
    return unit and measured.end < len(sight.tokens) and sight.said("partitives", measured.end) is not None


def _collective(sight: Sight, measured: Measured) -> bool:
    """Whether a dozen or a pair was said: it counts pieces, whatever was counted before."""
    number = numbers_of(sight.lang).at(sight.tokens, measured.start)
    return number is not None and number.collective


def _body(sight: Sight, item: Item, position: int, end: int) -> None:
    """The name and everything said about it."""
    linked = after_and = False
    while position < end:
        if sight.is_mark(position):
            item.cost += mark_cost(sight, item, position, end)
            position += 1
            continue
        taken = _numbering(sight, item, position, end) or _detail(sight, item, position, end)
        if taken is None and _counts(sight, item, position, end):
            taken = _amount(sight, item, position, end)
        if taken is None:
            taken = looks(sight, item, position, end) or _named(sight, item, position, end, linked, after_and)
        if taken is None:
            taken = _amount(sight, item, position, end)
        if taken is not None:
            linked, after_and, position = False, False, taken
            continue
        joint = sight.joint(position)
        if joint is not None and joint < end and item.pieces:
            item.cost += COST["article"] if _begins_name(sight, item, position, end) else 0.0
            item.kept.extend(range(position, joint))
            linked, position = True, joint
            continue
        position, was_and = _other(sight, item, position, end, linked, after_and)
        linked, after_and = False, was_and
    if item.aside and not item.has_food:
        item.begun = item.pronoun = item.more = False  # "it's nice out": nothing is pointed at


def _counts(sight: Sight, item: Item, position: int, end: int) -> bool:
    """Whether an amount that starts here says more than the name that does ("30 litres" of bags called "30")."""
    said = (one for one in sight.amounts(position, end) if not one.implied)
    amounts = [one.end for one in said if one.unit is not None or _of_them(sight, one.end)]
    name = sight.name(position, end, FAMILY, RESTRICTED, LABEL, BRAND, VARIANT)
    return bool(amounts) and item.has_food and (name is None or name.kind == VARIANT or max(amounts) > name.end)


def _detail(sight: Sight, item: Item, position: int, end: int) -> int | None:
    """A detail that says more than the name that starts at the same place."""
    brand = branded(sight, position, end)
    if brand is not None and item.brand is None:
        item.brand, item.brand_words = brand.id, (brand.start, brand.end)
        return brand.end
    after = origin(sight, item, position, end)
    if after is not None:
        item.cost += COST["detail"]
        return after
    found = sight.detail(position, end)
    if found is None:
        return None
    name = sight.name(position, end, FAMILY, BRAND, LABEL, RESTRICTED)
    if name is not None and name.end >= found.end:
        return None
    if found.kind == "filler" and any(one.unit is not None and not one.implied for one in sight.amounts(position, end)):
        return None  # "whipping cream one pint"
    after = add_detail(sight, item, found, position, end)
    if after is not None:
        item.cost += COST["detail"]
    return after


def _named(sight: Sight, item: Item, position: int, end: int, linked: bool, after_and: bool) -> int | None:
    """The longest name that starts here: a label becomes a tag, a brand a brand, the rest food."""
    match = sight.name(position, end, FAMILY, RESTRICTED, LABEL, BRAND, DISH, VARIANT)
    if match is not None and match.end == position + 1 and only_holds(sight, item, position, end):
        return None  # "deux canettes de panaché"
    if match is None or (match.kind == VARIANT and not item.pieces and match.end - match.start < 2):
        return None
    if sight.is_small(position) and match.end == position + 1 and not item.begun and match.kind != FAMILY:
        return None
    if match.kind == BRAND and match.words == 1 and sight.is_small(position) and match.end > position + 1:
        return None  # "of all" is no Ofal
    foreign = match.end == position + 1 and match.lang not in (None, "", sight.lang)
    if foreign and (sight.is_small(position) or sight.said("looks", position) is not None):
        return None  # "the" is no tea, "mince" no ground beef
    label = match if match.kind == LABEL else label_before(sight, position, end, match)
    if label is not None:
        item.tags.append(label_tag(label.id, sight.lang))
        return label.end
    if match.kind == BRAND and item.brand is None:
        item.brand, item.brand_words = match.id, (match.start, match.end)
        item.cost += COST["name_word"] * match.words
        return match.end
    brand = sight.name(position, match.end, BRAND)
    if brand is not None and brand.end == match.end and item.brand is None:
        if not item.pieces and makes_next(sight, match, end):
            item.brand, item.brand_words = brand.id, (match.start, match.end)  # "Schweppes tonic"
            return match.end
        head = item.family_piece
        if head is not None and head.match is not None and head.match.id in sight.tools.lexicon.above(match.id)[1:]:
            item.brand, item.brand_words = brand.id, (match.start, match.end)  # "du fromage Boursin"
            return match.end
        item.brand = brand.id  # "Nutella" is a spread and a brand
    item.pieces.append(Piece(match.start, match.end, match, linked, after_and))
    item.kept.extend(range(match.start, match.end))
    item.cost += COST["name_word"] * match.words * match.score
    inner_details(sight, item, match)
    return match.end


def _amount(sight: Sight, item: Item, position: int, end: int) -> int | None:
    """An amount after the name: "semoule deux paquets", or the size of what was counted already."""
    if not item.has_food and item.measured is None:
        return late_amount(sight, item, position, end) if item.aside else None
    for measured in sight.amounts(position, end):
        if measured.article or (measured.unit is None and not _closing(sight, measured, end)):
            continue
        if measured.implied and not measured.definite and not measured.constraints:
            continue
        tied = sight.joint(measured.end) is not None and sight.said("definite", measured.end) is None
        tied = tied and not _of_them(sight, measured.end)
        if item.measured is None and not tied:  # "four bottles the half liter size" is tied to nothing
            item.measured, item.trailing = measured, True
            item.tags.extend(measured.constraints)
            if measured.unit is None and not sight.written and not _of_them(sight, measured.end):
                item.cost += COST["bare_number"]  # in a list without marks a number counts what follows
            return measured.end
        counted = item.measured is None or item.measured.unit is None or item.measured.unit.kind != "measure"
        counted = counted and not tied
        if measured.unit is not None and measured.unit.kind == "measure" and counted:
            item.tags.append(size_tag(measured))
            return measured.end
        item.cost += COST["second_amount"]
        if tied and measured.unit is not None and measured.unit.kind != "measure":
            item.cost += COST["unit_word"]  # "a bag of" begins a thing, even one that nobody knows
        return measured.end
    return None


def _numbering(sight: Sight, item: Item, position: int, end: int) -> int | None:
    """Past "but only" between a name and how much of it: "the usual jam but only two jars"."""
    after = sight.said("numbering", position) if item.has_food and item.measured is None else None
    if after is None or after >= end:
        return None
    counted = (
        one for one in sight.amounts(after, end) if not one.implied and (one.unit is not None or not one.article)
    )
    return _amount(sight, item, after, end) if any(_closing(sight, one, end) for one in counted) else None


def _closing(sight: Sight, measured: Measured, end: int) -> bool:
    """Whether a bare number after a name counts it ("citrons 3"); a large one is part of the name ("T 1000")."""
    closed = closes(sight, measured.end, end) or _of_them(sight, measured.end)
    return closed and measured.amount.value < BARE_MAX


def _of_them(sight: Sight, position: int) -> bool:
    """Whether "of them" follows an amount: "four of them" counts what was named before."""
    after, pronoun = sight.joint(position), sight.said("pronouns", position)
    return after is not None and pronoun is not None and pronoun > after


def _other(
    sight: Sight, item: Item, position: int, end: int, linked: bool, after_and: bool
) -> tuple[int, bool]:  # fmt: skip
    """Anything that is no name, amount or detail."""
    after = sight.said("and", position) or sight.said("or", position)
    if after is not None and after < end and not item.has_food:
        item.cost += COST["and"]  # "any flavor, plus cream": it stands before the thing, not in it
        return after, False
    if after is not None and after < end:
        item.ands.append(position)
        item.kept.extend(range(position, after))
        item.cost += COST["and"] if begins_another(sight, position, after, end) else 0.0
        return after, True
    after = sight.said("purpose", position)
    if after is not None and after < end and (item.has_food or not item.begun):
        return purpose(sight, item, position, after, end), False
    after = sight.said("reasons", position) or to_do(sight, position, end)
    if after is not None and after <= end and (item.has_food or not item.begun):
        return past_remark(sight, item, after, end), False
    after = relative(sight, item, position, end)
    if after is not None:
        return after, False
    after = sight.said("pronouns", position)
    if after is not None and after <= end and not item.has_food:
        item.pronoun = True
        item.cost += COST["pronoun"]
        return after, False
    after = sight.said("more", position)
    if after is not None and after <= end and not (item.has_food and _names_on(sight, after, end)):
        item.more = True
        return after, False
    amounts = sight.amounts(position, end)
    counts = [one for one in amounts if not one.article and not one.implied and one.amount.value < BARE_MAX]
    if counts and item.has_food:
        item.cost += COST["second_amount"]
    elif sight.is_small(position):
        item.cost += COST["article"] if any(one.article for one in amounts) else COST["small"]
    if sight.is_small(position):
        item.cost += COST["article"] if not linked and _begins_name(sight, item, position, end) else 0.0
        if position == 0 or sight.tokens[position - 1].folded != "(":  # "apples (the green ones)"
            item.kept.append(position)
        return position + 1, after_and
    if sight.tools.measures.unit(sight.tokens, position) is not None:
        item.cost += COST["unit_word"]
    if not item.has_food and item.measured is None and sight.is_everyday(position):  # "the kids would like cookies"
        item.cost += COST["small"]
        item.aside = True
        return position + 1, after_and
    word = sight.tokens[position]
    known = sight.tools.lexicon.knows_word(word.folded, sight.lang)
    item.cost += COST["known_word"] if known else COST["word"]
    item.pieces.append(Piece(position, position + 1, None, linked, after_and))
    item.kept.append(position)
    return position + 1, False


def _names_on(sight: Sight, position: int, end: int) -> bool:
    """Whether the name goes on here with a word that begins nothing: "lait deuxième âge" is no second milk."""
    if position >= end or sight.is_mark(position) or sight.is_small(position) or sight.amounts(position, end):
        return False
    begins = sight.said("determiners", position) or sight.detail(position, end)
    return begins is None and sight.name(position, end, FAMILY, BRAND, LABEL, VARIANT) is None


def _begins_name(sight: Sight, item: Item, position: int, end: int) -> bool:
    """Whether an article stands here before a name of its own: "café moulu des filtres" are two things."""
    after = sight.said("determiners", position)
    if not item.pieces or after is None or after == sight.joint(position):
        return False
    return sight.name(after, end, FAMILY) is not None
