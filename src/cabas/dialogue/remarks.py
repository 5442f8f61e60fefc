"""Clauses that tell why and ask for nothing: "my husband loves them", "j'en ai retrouvé au placard".

Such a clause begins with who is spoken of (`tellers`, `kin`) and has no word that asks, counts or changes (`live`).
What stands in it is nothing to add, however it is called.
"""

from __future__ import annotations

from functools import lru_cache

from cabas.dialogue.clock import time_words
from cabas.dialogue.grammar import Grammar
from cabas.dialogue.lexicon import BRAND, DISH, FAMILY
from cabas.dialogue.sight import Sight
from cabas.dialogue.tokens import Token

# A remark that is longer is looked at no further than this.
REMARK_TOKENS_MAX = 24
# Tellers of so many words say by themselves that it is a remark ("c'est pour ...").
REASON_LEAST = 3
# Who somebody is takes no more words than this ("the lady next door").
WHO_TOKENS_MAX = 4
# Before a colon, who is spoken of is named in the first so many words.
OPENED_TOKENS_MAX = 6
# Macros of verbs that ask for something.
_ASKING = ("put", "drop", "set")


def remark_end(sight: Sight, start: int, end: int) -> int | None:
    """The index after the remark that begins at `start`; None when none does. It ends at the next mark, and where no
    mark was heard, before "and" with something counted or named behind it.
    """
    aside = sight.said("asides", start)
    if aside is not None:
        return _aside_end(sight, aside, end)
    insisted = _of_it(sight, start, end)
    if insisted is not None:
        return insisted
    first = sight.said("because", start) or start
    verb = teller(sight, first, end)
    if verb is None or verb >= end:
        return None
    if verb - first < REASON_LEAST and sight.tools.grammar.cues.at(sight.tokens, first) is not None:
        return None
    place = first
    if sight.written and _tells_of_kin(sight, first, verb):
        return next((after for after in range(verb, end) if sight.is_mark(after)), end)
    while place < end and not sight.is_mark(place) and place - start < REMARK_TOKENS_MAX:
        done = place > first and sight.said("perfect", place - 1) == place  # "she has given me some" asks for nothing
        if (not done and _live(sight.tokens[place], sight.tools.grammar)) or sight.said("live", place) is not None:
            return None
        if not sight.written and place > verb and (_and_another(sight, place, end) or _counts_goods(sight, place, end)):
            return place
        place += 1
    asked = place < len(sight.tokens) and sight.tokens[place].folded == "?"
    return None if asked else place


def _of_it(sight: Sight, start: int, end: int) -> int | None:
    """The index after what is said behind a mark of how somebody likes what was just named: "the cook wants them ripe",
    "my youngest insists". None where goods are named or counted first.
    """
    if start == 0 or start >= end or not sight.is_mark(start - 1):
        return None
    place = sight.said("because", start) or start
    place = first = sight.said("determiners", place) or place
    phrases = sight.tools.grammar.phrases
    if sight.said("pronouns", first) is not None:
        return None  # "it has to be ripe" is a wish
    while place < end and place - first <= WHO_TOKENS_MAX and not sight.is_mark(place):
        verb = phrases("insisting").at(sight.tokens, place) if place > first else None
        if verb is not None and (verb[1] >= end or sight.is_mark(verb[1])):
            return verb[1]
        verb = phrases("wanting").at(sight.tokens, place) if place > first else None
        if verb is not None and phrases("them").at(sight.tokens, verb[1]) is not None:
            return next((after for after in range(verb[1], end) if sight.is_mark(after)), end)
        name = sight.name(place, end, FAMILY)
        if (name is not None and name.lang in (None, "", sight.lang)) or sight.amounts(place, end):
            return None
        place += 1
    return None


def _aside_end(sight: Sight, place: int, end: int) -> int:
    """Up to the next mark, or to "and" before another thing: "parce que le petit en boit et des céréales"."""
    while place < end and not sight.is_mark(place) and not _and_another(sight, place, end):
        place += 1
    return place


def reason_end(sight: Sight, start: int, end: int) -> int | None:
    """The index after a clause that says in so many words what something is for: "c'est pour mes crêpes"."""
    verb = sight.said("tellers", start)
    said = sight.said("asides", start) is not None or (verb is not None and verb - start >= REASON_LEAST)
    said = said or _of_it(sight, start, end) is not None
    return remark_end(sight, start, end) if said else None


def told(sight: Sight, place: int, end: int) -> bool:
    """Whether a remark begins in the middle of words without marks: only before a verb that tells ("il adore ça")."""
    verb = teller(sight, place, end)
    if verb is None:
        return False
    while verb < end and verb - place < 5 and sight.said("clitics", verb) is not None:
        verb += 1
    telling = verb < end and sight.said("telling", verb) is not None
    return telling and remark_end(sight, place, end) is not None


def _tells_of_kin(sight: Sight, first: int, verb: int) -> bool:
    """Whether a verb that tells follows somebody of the house: "the cousins come by for a snack" asks for no snack."""
    if sight.said("tellers", first) is not None:
        return False
    while verb < len(sight.tokens) and sight.said("telling", verb) is None and sight.said("clitics", verb) is not None:
        verb += 1
    return sight.said("telling", verb) is not None


def teller(sight: Sight, place: int, end: int) -> int | None:
    """The index after who a remark is about: a pronoun, or "my sister" before something like a verb."""
    if place >= end:
        return None
    after = sight.said("tellers", place)
    if after is not None:
        return after
    of = sight.said("determiners", place) or place  # "bébé fait ses dents"
    if of >= end:
        return None
    found = sight.tools.grammar.phrases("kin").at(sight.tokens, of)
    if found is None or found[1] >= end:
        return None
    after = found[1]
    if any(match.kind == FAMILY and match.end > after for match in sight.names(of)):
        return None  # "des petits suisses"
    if sight.said("clitics", after) is not None:
        return after
    if of == place and sight.said("telling", after) is None:
        return None
    nothing = sight.is_mark(after) or sight.said("determiners", after) is not None or sight.joint(after) is not None
    if nothing or sight.amounts(after, end) or sight.name(after, end, FAMILY) is not None:
        return None
    return after


def _and_another(sight: Sight, place: int, end: int) -> bool:
    after = sight.said("and", place)
    if after is None or after >= end:
        return False
    counted = sight.amounts(after, end)
    if time_words(sight.lang).parts.at(sight.tokens, place - 1) is not None:  # "entre midi et deux"
        counted = [one for one in counted if sight.name(one.end, end, FAMILY, BRAND) is not None]
    return sight.said("determiners", after) is not None or bool(counted)


def _counts_goods(sight: Sight, place: int, end: int) -> bool:
    """Whether goods are counted in a unit here, whatever was told right before: "he's off school two bags of rice"."""
    counted = (one for one in sight.amounts(place, end) if one.unit is not None and not one.implied)
    glued = ((one, sight.tools.measures.of.at(sight.tokens, one.end)) for one in counted)
    return any(glue is not None and sight.name(glue[1], end, FAMILY) is not None for _, glue in glued)


def asks(sight: Sight, place: int) -> bool:
    """Whether a verb that asks for something, or changes it, stands here."""
    return _live(sight.tokens[place], sight.tools.grammar)


def _live(token: Token, grammar: Grammar) -> bool:
    return token.kind == "word" and token.folded in _asking(grammar)


@lru_cache(maxsize=16)
def _asking(grammar: Grammar) -> frozenset[str]:
    return frozenset(word for name in _ASKING for word in grammar.macro(name))


def tells_first(sight: Sight, start: int, stop: int, end: int) -> bool:
    """Whether something named or counted follows a colon, and what stands before it tells of somebody ("chez nous on
    mange beaucoup de riz") or names no goods at all ("un petit plaisir").
    """
    if stop - start > REMARK_TOKENS_MAX or not (_named_from(sight, stop + 1, end) or sight.amounts(stop + 1, end)):
        return False
    if any(teller(sight, place, stop) is not None for place in range(start, min(stop, start + OPENED_TOKENS_MAX))):
        return True
    kinds = {match.kind for place in range(start, stop) for match in sight.names(place) if match.lang == sight.lang}
    counted = any(one.unit is not None and not one.implied for place in range(start, stop)
                  for one in sight.amounts(place, stop))  # fmt: skip
    return kinds.isdisjoint((FAMILY, BRAND, DISH)) and not counted


def _named_from(sight: Sight, place: int, end: int) -> bool:
    """Whether a name begins here, behind an article or not."""
    begin = sight.said("determiners", place) or place
    return begin < end and sight.name(begin, end, FAMILY, BRAND) is not None
