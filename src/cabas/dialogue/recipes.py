"""A dish announced: "de quoi faire un gratin dauphinois pour cinq, sans la crème, il m'en reste"."""

from __future__ import annotations

from dataclasses import dataclass, field

from cabas.dialogue.acts import Act, RecipeAsk
from cabas.dialogue.clock import time_words
from cabas.dialogue.item import Item
from cabas.dialogue.lexicon import DISH, FAMILY, Match
from cabas.dialogue.numbers import numbers_of
from cabas.dialogue.patterns import Found
from cabas.dialogue.sight import Sight
from cabas.dialogue.turn import Turn

DISH_WORDS_MAX = 7
# What announces a dish takes no more words than this.
CUE_TOKENS_MAX = 16


@dataclass(slots=True)
class Announced:
    """A dish while its sentence is read. `sure` when ingredients were asked for in so many words."""

    words: str
    dish: str | None
    end: int
    sure: bool
    known: bool
    servings: int | None = None
    without: list[Item] = field(default_factory=list)

    def ask(self, turn: Turn) -> RecipeAsk:
        """The dish as the act carries it."""
        without = tuple(turn.want(item, amount=False) for item in self.without)
        return RecipeAsk(self.words, self.dish, self.servings, without)


def read_dish(turn: Turn, start: int, end: int) -> Announced | None:
    """The dish said from `start` on, in one of the ways that need not know where the clause ends."""
    return read_recipe(turn, start, end) or read_recipe_next(turn, start, end) or read_recipe_led(turn, start, end)


def read_recipe(turn: Turn, start: int, end: int) -> Announced | None:
    """The dish announced from `start` on, with everything that belongs to it; None when there is none."""
    sight = turn.sight
    cue = sight.tools.grammar.sections["recipe"].longest(sight.text, start, CUE_TOKENS_MAX)
    if cue is None or cue.end >= end:
        return None
    begin = cue.end + sight.is_mark(cue.end)  # "au menu ce soir, lasagnes"
    if begin >= end or time_words(sight.lang).day(sight.tokens, begin, turn.heard.now) is not None:
        return None
    if sight.said("purpose", begin) is not None:
        return None  # "how do I do it to pay"
    stop, dish = _dish(sight, begin, end)
    last = stop
    while last > begin and sight.is_small(last - 1):
        last -= 1  # "chicken curry on Saturday"
    words = sight.spell(begin, last).strip()
    number = numbers_of(sight.lang).at(sight.tokens, begin)
    if not words or (number is not None and number.end >= last):
        return None
    named = dish is not None or sight.name(begin, stop, FAMILY) is not None
    if _is_none(sight, begin, stop, end) if dish is None else _is_basket(sight, begin, end):
        return None
    found = Announced(words, dish, stop, cue.kind == "strong", named)
    if "number" in cue.slots:  # "je reçois six personnes pour une choucroute"
        number = numbers_of(sight.lang).at(sight.tokens, cue.slots["number"][0])
        found.servings = int(number.value) if number is not None else None
    _tail(turn, found, end)
    if cue.kind != "strong" and found.end < end and sight.said("contrasts", found.end) is not None:
        return None  # "let's do rigatoni rather than fusilli"
    instead = sight.tools.grammar.macro("instead")
    if cue.kind != "strong" and any(token.folded in instead for token in sight.tokens[cue.end : last]):
        return None  # "I'll have limes instead"
    found.servings = found.servings or turn.diners
    if cue.kind == "told" and turn.wishes.made and not found.sure and found.servings is None:
        return None  # "a bottle of rum, we're making mojitos": why, and nothing more
    if begin > cue.end and (dish is None or not (found.sure or found.servings)):
        return None
    light = sight.tools.grammar.macro("light")
    loose = cue.kind != "strong" and dish is None and not found.sure and found.servings is None
    if loose and cue.end - start == 1:
        return None  # "cooking sherry"
    if loose and any(token.folded in light for token in sight.tokens[start : cue.end]):
        return None  # "I'll do sausages"
    return found if found.sure or found.known or found.servings is not None else None


def tells_why(turn: Turn, start: int, end: int) -> bool:
    """Whether a clause only says what dish the goods named before it are for: "rum, we're making mojitos"."""
    if not turn.wishes.made:
        return False
    cue = turn.sight.tools.grammar.sections["recipe"].longest(turn.sight.text, start, CUE_TOKENS_MAX)
    return cue is not None and cue.kind == "told" and cue.end < end and turn.sight.name(cue.end, end, DISH) is not None


def _is_none(sight: Sight, begin: int, stop: int, end: int) -> bool:
    """Whether what follows the words that announce a dish is none: "la liste de mes achats", "mes courses de la
    semaine", "les produits d'hygiène comme d'habitude".
    """
    habit = sight.tools.grammar.phrases("habit")
    if any(habit.at(sight.tokens, place) is not None for place in range(begin, stop)) or _is_basket(sight, begin, end):
        return True
    talk = sight.said("common", begin) is not None or sight.is_everyday(begin)
    return talk and sight.name(begin, stop, FAMILY) is None


def _is_basket(sight: Sight, begin: int, end: int) -> bool:
    return sight.tools.grammar.phrases("basket").at(sight.tokens, _past_article(sight, begin, end)) is not None


def read_recipe_before(turn: Turn, start: int, end: int) -> Announced | None:
    """ "Lasagna ingredients": the dish stands before the words that ask for it."""
    sight = turn.sight
    stretch = sight.tokens[start:end]
    for found in sight.tools.grammar.sections["recipe_after"].fits(sight.tools.grammar.text(stretch)):
        first, last = (start + place for place in found.slots["dish"])
        small = all(sight.is_small(place) for place in range(first, last))
        if small or sight.name(first, last, DISH, FAMILY) is None:
            continue
        stop, dish = _dish(sight, first, last)
        announced = Announced(sight.spell(first, stop).strip(), dish, stop, sure=True, known=True)
        if "number" in found.slots:
            number = numbers_of(sight.lang).at(sight.tokens, start + found.slots["number"][0])
            announced.servings = int(number.value) if number is not None else None
        _tail(turn, announced, last)
        announced.end = end
        return announced
    return None


def read_recipe_first(turn: Turn, start: int, stop: int, end: int) -> Announced | None:
    """ "Onion soup for two: add the ingredients": the clause [start, stop) names the dish, the next one asks for it."""
    sight, place = turn.sight, stop
    while place < end and sight.is_mark(place):
        place += 1
    tail = sight.tools.grammar.sections["recipe_tail"].longest(sight.text, place, CUE_TOKENS_MAX)
    if tail is None or tail.kind == "aside" or place == stop or (tail.end < end and not sight.is_mark(tail.end)):
        return None
    first, known = _named_dish(sight, start, stop, DISH, FAMILY)
    if known is None:
        return None
    last, dish = _dish(sight, first, stop)
    found = Announced(sight.spell(first, last).strip(), dish, last, sure=True, known=True)
    _tail(turn, found, tail.end)
    if found.end != tail.end or (dish is None and found.servings is None):
        return None
    _tail(turn, found, end)
    return found


def read_recipe_led(turn: Turn, start: int, end: int) -> Announced | None:
    """ "Onion soup for four what do I need": as `read_recipe_first` where nobody wrote marks."""
    sight = turn.sight
    begin, diners = _past_diners(sight, _past_day(turn, start, end), end)
    first, known = _named_dish(sight, begin, end, DISH)
    if known is None:
        return None
    last = _dish(sight, first, end)[0] if sight.joint(known.end) is not None else known.end  # "tajine aux olives"
    found = Announced(sight.spell(first, last), known.id, last, sure=False, known=True, servings=diners)
    _tail(turn, found, end)
    found.servings = found.servings or turn.diners
    served = found.servings is not None and (found.sure or _cooked(turn, first, known.end, found.servings))
    return found if served else None


def _named_dish(sight: Sight, start: int, end: int, *kinds: str) -> tuple[int, Match | None]:
    """The dish named right at `start`, or behind words that wish for it: "we want tacos for six, buy everything"."""
    first = _past_article(sight, start, end)
    known = sight.name(first, end, *kinds)
    opened = sight.tools.grammar.sections["openers"].longest(sight.text, start, CUE_TOKENS_MAX) if not known else None
    if opened is not None and opened.end < end:
        first = _past_article(sight, opened.end, end)
        known = sight.name(first, end, *kinds)
    return first, known


def _past_article(sight: Sight, place: int, end: int) -> int:
    """Past the article a dish is named with."""
    first = sight.said("determiners", place)
    return first or next((one.end for one in sight.amounts(place, end) if one.article), place)


def _past_diners(sight: Sight, start: int, end: int) -> tuple[int, int | None]:
    """Past for how many a dish is that is named right after it: "for six people, a couscous"."""
    said = sight.tools.grammar.sections["servings"].at(sight.text, start)
    if said is None or said.kind == "bare" or said.end >= end or said.end - said.slots["number"][1] < 1:
        return start, None  # "pour deux" alone may count what follows
    number = numbers_of(sight.lang).at(sight.tokens, said.slots["number"][0])
    if number is None or number.value.denominator != 1 or number.article:
        return start, None
    place = said.end
    while place < end and sight.is_mark(place):
        place += 1
    return (place, int(number.value)) if place < end else (start, None)


def asked_again(turn: Turn, start: int, stop: int) -> bool:
    """Whether a clause behind a dish only asks once more for what it takes: "shop for it"."""
    last, grammar = turn.steps[-1] if turn.steps else None, turn.sight.tools.grammar
    if not isinstance(last, Act) or last.recipe is None or stop - start > CUE_TOKENS_MAX:
        return False
    return next(grammar.sections["recipe_tail"].fits(grammar.text(turn.sight.tokens[start:stop])), None) is not None


def _past_day(turn: Turn, start: int, end: int) -> int:
    """Past the day and its part that words about a dish begin with: "ce soir lasagnes pour six"."""
    words, place = time_words(turn.sight.lang), start
    day = words.day(turn.sight.tokens, place, turn.heard.now)
    place = day.end if day is not None else place
    part = words.parts.at(turn.sight.tokens, place)
    place = part[1] if part is not None else place
    while start < place < end and turn.sight.is_mark(place):
        place += 1
    return place if place < end else start


def _cooked(turn: Turn, first: int, end: int, servings: int) -> bool:
    """Whether a dish for so many people is cooked and not bought: "une blanquette pour six", but "une pizza pour deux".
    Only where the language says which ones are bought.
    """
    sight = turn.sight
    known = bool(sight.words.sections["bought"].begin())
    return known and servings > 1 and not any(sight.said("bought", place) for place in range(first, end))


def read_recipe_next(turn: Turn, start: int, end: int) -> Announced | None:
    """ "De quoi faire une soupe à l'oignon et un crumble": another dish, right after one."""
    sight, last = turn.sight, turn.steps[-1] if turn.steps else None
    if not isinstance(last, Act) or last.recipe is None or last.recipe.url:
        return None
    first = _past_article(sight, start, end)
    known = sight.name(first, end, DISH)
    if known is None:
        return None
    served = sight.tools.grammar.sections["servings"].at(sight.text, known.end) is not None
    if not (known.end >= end or served or sight.is_mark(known.end) or sight.said("and", known.end)):
        return None
    found = Announced(sight.spell(first, known.end), known.id, known.end, sure=True, known=True)
    _tail(turn, found, end)
    return found


def _dish(sight: Sight, start: int, end: int) -> tuple[int, str | None]:
    """Where the words of the dish end, and its id when it is a known one."""
    known = sight.name(start, end, DISH)
    stop = known.end if known is not None else start
    if known is None:
        family = sight.name(start, end, FAMILY)
        stop = family.end if family is not None else start
    while stop < end and stop - start < DISH_WORDS_MAX and not _ends(sight, stop, end):
        stop += 1
    return stop, known.id if known is not None else None


def _ends(sight: Sight, place: int, end: int) -> bool:
    """Whether the name of the dish is over here."""
    sections = sight.tools.grammar.sections
    if sight.is_mark(place):
        return True
    if _said_servings(sight, place) is not None or sections["recipe_tail"].at(sight.text, place) is not None:
        return True
    cue = sections["without"].at(sight.text, place)
    if cue is not None and cue.end < end:
        return True
    if sight.said("contrasts", place) is not None or sight.said("purpose", place) is not None:
        return True
    after = sight.said("and", place)
    if after is not None and after < end and (sight.said("determiners", after) or sight.amounts(after, end)):
        return True
    return _dated(sight, place)


def _dated(sight: Sight, place: int) -> bool:
    """Whether a day or a part of it begins here."""
    words = time_words(sight.lang)
    timed = (words.parts, words.days, words.weekdays, words.weekend)
    return any(phrases.at(sight.tokens, place) is not None for phrases in timed)


def _tail(turn: Turn, found: Announced, end: int) -> None:
    """Servings, what is left out, "get the ingredients": everything after the name that belongs to the dish."""
    sight, sections = turn.sight, turn.sight.tools.grammar.sections
    place = found.end
    while place < end:
        if sight.is_mark(place):
            place += 1
            continue
        after = _servings(sight, found, place, end)
        if after is None and (cue := sections["without"].at(sight.text, place)) is not None and cue.end <= end:
            after = cue.end if cue.kind == "tail" else _without(turn, found, cue.end, end)
            found.sure = found.sure or (cue.kind == "all" and after is not None)
        if after is None and (tail := sections["recipe_tail"].at(sight.text, place)) is not None and tail.end <= end:
            found.sure, after = found.sure or tail.kind != "aside", tail.end
        if after is None:
            after = _in_store(turn, found, place, end)
        if after is None and place == found.end:
            words = time_words(sight.lang)
            day = words.day(sight.tokens, place, turn.heard.now)
            if day is None and sight.is_small(place) and place + 1 < end:  # "on christmas eve"
                day = words.day(sight.tokens, place + 1, turn.heard.now)
            part = words.parts.at(sight.tokens, day.end if day is not None else place)
            after = part[1] if part else day.end if day is not None else None
        if after is None:
            return
        found.end = place = after


def _in_store(turn: Turn, found: Announced, start: int, end: int) -> int | None:
    """Past what is named first and then said to be there: "..., cream I've got plenty of"."""
    sight, begin = turn.sight, turn.sight.said("determiners", start) or start
    name = sight.name(begin, end, FAMILY) if begin < end else None
    if name is None or name.end >= end:
        return None
    tail = sight.tools.grammar.sections["without"].at(sight.text, name.end)
    if tail is None or tail.end > end or not (tail.kind == "tail" or tail.end == end or sight.is_mark(tail.end)):
        return None
    found.without.extend(item for item in turn.items(begin, name.end) if item.has_food)
    return tail.end


def _said_servings(sight: Sight, place: int) -> Found | None:
    """For how many, said from `place` on; a bare "à cinq" only where nothing is counted by it."""
    said = sight.tools.grammar.sections["servings"].at(sight.text, place)
    if said is None or said.kind != "bare" or said.end >= len(sight.tokens):
        return said
    closed = sight.is_mark(said.end) or sight.said("and", said.end) is not None
    closed = closed or sight.tools.grammar.sections["recipe_tail"].at(sight.text, said.end) is not None
    return said if closed or _dated(sight, said.end) else None


def _servings(sight: Sight, found: Announced, place: int, end: int) -> int | None:
    said = _said_servings(sight, place)
    if said is None or said.end > end:
        return None
    start, stop = said.slots["number"]
    number = numbers_of(sight.lang).at(sight.tokens, start)
    if number is None or number.end != stop or number.value.denominator != 1 or number.article:
        return None
    found.servings = int(number.value)
    return said.end


def _without(turn: Turn, found: Announced, start: int, end: int) -> int | None:
    """What is left out: up to a mark, or up to "il m'en reste"."""
    sight, sections = turn.sight, turn.sight.tools.grammar.sections
    stop = start
    while stop < end and not sight.is_mark(stop):
        tail = sections["without"].at(sight.text, stop)
        if stop > start and tail is not None and tail.kind == "tail":
            break
        if sections["recipe_tail"].at(sight.text, stop) is not None:
            break
        stop += 1
    items = [item for item in turn.items(start, stop) if item.has_food]
    if not items:
        return None
    found.without.extend(items)
    return stop
