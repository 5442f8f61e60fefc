"""Where one clause of an utterance ends."""

from __future__ import annotations

from cabas.dialogue.backdrop import (
    breaks_off,
    names_another,
    only_for,
    told_end,
    topic,
)
from cabas.dialogue.borders import ends_name, in_name, says_of_it
from cabas.dialogue.commas import joins
from cabas.dialogue.counts import will_do
from cabas.dialogue.diets import diet_end, diet_next, is_diet
from cabas.dialogue.lexicon import DISH, FAMILY
from cabas.dialogue.marks import TELLING
from cabas.dialogue.remarks import remark_end, teller, told
from cabas.dialogue.sight import Sight

# Why something is wanted is said in no more words than this.
REASON_TOKENS_MAX = 6
# The name of a dish that is looked back at is no longer than this.
DISH_TOKENS_MAX = 5
# What asks ("dans combien de temps") takes no more words than this.
ASKED_TOKENS_MAX = 4
DASHES = frozenset("—–-…") | {"..."}
# What is said of things that need not be bought (a kind of `frames`).
AT_HOME = "at_home"
# Marks that always end a clause; a comma or "et" only does when another kind of request begins after it.
STRONG = frozenset(".!?;:…\n—–-•|") | {"..."}


def clause_end(sight: Sight, start: int, end: int) -> int:
    """The index after the clause that begins at `start`."""
    place = start + 1
    usual = _usual_of(sight, start, end)
    if usual is not None:
        return usual
    diet = diet_end(sight, start, end)
    if diet is not None:
        return diet
    telling = remark_end(sight, start, end)
    if telling is not None and telling < end:
        return _at_home(sight, start, end, telling) or telling
    whole = sight.said("contrasts", start) is not None  # "instead of the rice, I want pasta" is one request
    while place < end:
        token = sight.tokens[place]
        part = token.is_mark and (
            _in_time(sight, place) or tells_count(sight, place, end) or _spreads(sight, start, place)
        )
        if token.is_mark and token.folded in STRONG and not part:
            past = next((later for later in range(place, end) if sight.tokens[later].folded != "."), end)
            past = max(past, place + 1)
            if (token.folded in DASHES or past > place + 1) and _repairs(sight, past, end):
                place = past  # "two melons - no, three": as good as a comma
                continue
            return place
        if token.folded == ",":
            if _comma_ends(sight, start, place, end, whole=whole):
                return place
            place, whole = place + 1, False
            continue
        off = sight.said("asides", place) or (not whole and breaks_off(sight, place, end))
        if off and not named(sight, place, end):
            return place
        after = sight.said("and", place)
        if after is not None and after < end and _begins(sight, after, end) and not in_name(sight, place):
            return place
        remark = sight.said("purpose", start) is not None  # "for my stew I need carrots"
        remark = remark or sight.said("reasons", start) is not None
        if whole and sight.tools.grammar.cues.at(sight.tokens, place) is not None:
            place, whole = place + 1, False
            continue
        if (remark or not sight.written) and _breaks(sight, place, end):
            return place - 1 if place - 1 > start and sight.said("leads", place - 1) == place else place
        place += 1
    return end


def _usual_of(sight: Sight, start: int, end: int) -> int | None:
    """The index after "pour les desserts, la même chose que d'habitude": the usual of some things, and not of all."""
    if sight.said("lead_ins", start) is None:
        return None
    stop, habit = strong_end(sight, start, end), sight.tools.grammar.phrases("habit")
    if not any(habit.at(sight.tokens, place) is not None for place in range(start + 1, stop)):
        return None
    text = sight.tools.grammar.text(sight.tokens[start:stop])
    fits = sight.tools.grammar.sections["frames"].fits(text)
    return stop if any(found.kind == "usual_for" for found in fits) else None


def _at_home(sight: Sight, start: int, end: int, telling: int) -> int | None:
    """The index after "j'ai déjà les œufs et le lait": who has things says all of them in one breath."""
    if sight.said("and", telling) is None:
        return None
    stop = next((place for place in range(telling, end) if sight.is_mark(place)), end)
    text = sight.tools.grammar.text(sight.tokens[start:stop])
    return stop if any(found.kind == AT_HOME for found in sight.tools.grammar.sections["frames"].fits(text)) else None


def _comma_ends(sight: Sight, start: int, place: int, end: int, *, whole: bool) -> bool:
    """Whether the comma at `place` ends the clause that begins at `start`; `whole` where it sets one thing against
    another.
    """
    if joins(sight, start, place, end):
        return False
    if (_begins(sight, place + 1, end) and not whole) or is_diet(sight, start, place):
        return True
    if topic(sight, start, place, end) or (only_for(sight, start, place) and names_another(sight, place + 1, end)):
        return True
    if not whole and _is_remark(sight, place + 1, end):
        return True
    if remark_end(sight, place + 1, end) is not None or diet_next(sight, place + 1, end):
        return True
    if not whole and will_do(sight, place + 1, end):
        return True
    detail = sight.detail(place + 1, end)
    if whole or (detail is not None and not named(sight, detail.end, end)):
        return False  # "eggs, they must be large"
    return told_end(sight, place + 1, end) is not None


def _in_time(sight: Sight, place: int) -> bool:
    """Whether a colon stands inside a time of day ("9:30")."""
    after = place + 1
    return (
        sight.tokens[place].folded == ":"
        and after < len(sight.tokens)
        and sight.tokens[after].kind == sight.tokens[place - 1].kind == "number"
        and not sight.tokens[after].lead
    )


def tells_count(sight: Sight, place: int, end: int) -> bool:
    """Whether a colon or a dash stands between a word and how much of it: "eggs: 12", "lait - deux litres"."""
    if sight.tokens[place].text not in TELLING or not 0 < place < end - 1 or sight.tokens[place - 1].kind != "word":
        return False
    return _only_amounts(sight, place + 1, end)


def _spreads(sight: Sight, start: int, place: int) -> bool:
    """Whether all that stands before a mark is how much of each thing behind it: "two of everything: figs, leeks"."""
    each_of = sight.tools.measures.each_of
    return any(each_of.at(sight.tokens, one.end) == (True, place) for one in sight.amounts(start, place))


def _only_amounts(sight: Sight, place: int, end: int) -> bool:
    """Whether an amount stands here and nothing else up to the next mark, but "and" and another amount."""
    for one in sight.amounts(place, end):
        joined = sight.said("and", one.end) if one.end < end else None
        closed = one.end >= end or sight.is_mark(one.end)
        if (not one.implied or one.definite) and (closed or (joined and _only_amounts(sight, joined, end))):
            return True
    return False


def _is_remark(sight: Sight, place: int, end: int) -> bool:
    """Whether up to the next strong mark nothing is said but why: "they only go stale"."""
    begins = ("clausal", "because")
    if place >= end or not (any(sight.said(one, place) is not None for one in begins) or teller(sight, place, end)):
        return False
    grammar, stop = sight.tools.grammar, strong_end(sight, place, end)
    return next(grammar.sections["notes"].fits(grammar.text(sight.tokens[place:stop])), None) is not None


def strong_end(sight: Sight, place: int, end: int) -> int:
    """The next mark that ends a clause."""
    while place < end and sight.tokens[place].folded not in STRONG:
        place += 1
    return place


def _begins(sight: Sight, place: int, end: int) -> bool:
    """Whether another request begins here: a verb, a question, "c'est tout"."""
    place = sight.said("leads", place) or sight.said("turns", place) or place  # "but drop the eggs"
    if place >= end or named(sight, place, end) or _repairs(sight, place, end):
        return False
    grammar = sight.tools.grammar
    cue, repairs = grammar.cues.at(sight.tokens, place), sight.said("repairs", place)
    if says_of_it(sight, place, cue[1] if cue is not None else place) is not None:
        return False  # "coffee, no more than six euros"
    if cue is not None:
        return repairs is None or repairs <= cue[1]  # "je veux dire" is no "je veux"
    opened = grammar.open_cues.at(sight.tokens, place)
    if opened is not None and any(
        named(sight, later, end) for later in range(opened[1], strong_end(sight, opened[1], end))
    ):
        return True
    word = sight.tokens[place].folded
    if any(word in grammar.macro(name) for name in ("put", "drop", "set")):
        return True
    recipe = grammar.sections["recipe"].at(sight.text, place)
    return recipe is not None and recipe.end < end


def _repairs(sight: Sight, place: int, end: int) -> bool:
    """Whether what stands here takes back what was said before it and names or counts it anew ("scratch that, two
    leeks").
    """
    after, first = sight.said("repairs", place) if place < end else None, place
    while after is not None and after < end:
        first, place = after, after + 1 if sight.is_mark(after) else after
        after = sight.said("repairs", place) if place < end else None
    if first == place or place >= end:
        return False
    anew = named(sight, place, end) or sight.said("determiners", place) is not None
    return anew or bool(sight.amounts(place, end))


def _breaks(sight: Sight, place: int, end: int) -> bool:
    """Whether, where nobody wrote marks, another request begins in the middle of words."""
    repairs = sight.said("repairs", place - 1)
    if repairs is not None and repairs > place:
        return False  # "no, make that six": one thing said anew
    if named(sight, place, end) or sight.is_small(place - 1) or _asked_of(sight, place):
        return False
    if _gives_reasons(sight, place) or in_name(sight, place):
        return False
    if told(sight, place, end) or _drops(sight, place, end) or will_do(sight, place, end):
        return True
    grammar = sight.tools.grammar
    cue = grammar.cues.at(sight.tokens, place)
    if says_of_it(sight, place, cue[1] if cue is not None else place) is not None:
        return False
    if cue is not None and _is_usual(sight, place, cue[1], end):
        return False
    if cue is not None and cue[1] - place > 1 and cue[1] < end and not _asks_for_it(sight, place):
        # "commande mes habituels" is one request
        return sight.said("definite", place) is None or sight.tokens[place - 1].folded not in grammar.macro("put")
    if place + 1 >= end or sight.tokens[place].folded not in grammar.macro("drop"):
        return False
    if sight.said("definite", place + 1) is None and not ends_name(sight, place):
        return False  # "thick cut ham"
    before = sight.tokens[place - 1].folded
    return not any(before in grammar.macro(name) for name in ("can", "put", "want", "nope", "drop", "motion"))


def _is_usual(sight: Sight, place: int, after: int, end: int) -> bool:
    """Whether up to `after` it is only said that the thing named right before is the usual one: "la lessive comme
    d'habitude et du lait".
    """
    found = sight.detail(place, end) if ends_name(sight, place) and sight.said("definite", place) is None else None
    return found is not None and found.kind == "usual" and found.end >= after


def _asked_of(sight: Sight, place: int) -> bool:
    """Whether a word that asks ends here ("how long", "dans combien de temps")."""
    return any(sight.said("questions", start) == place for start in range(max(0, place - ASKED_TOKENS_MAX), place))


def _drops(sight: Sight, place: int, end: int) -> bool:
    """Whether a thing just named is taken back here by a verb: "... no scratch the mustard"."""
    verb = sight.said("repairs", place)
    if verb is None or verb + 1 >= end or sight.tokens[verb].folded not in sight.tools.grammar.macro("drop"):
        return False
    return sight.said("definite", verb + 1) is not None or named(sight, verb + 1, end)


def _gives_reasons(sight: Sight, place: int) -> bool:
    """Whether this is said of why something is wanted ("bagels because my sister is staying")."""
    for before in range(place - 1, max(-1, place - 1 - REASON_TOKENS_MAX), -1):
        if sight.is_mark(before) or sight.said("and", before) is not None:
            return False
        if sight.said("reasons", before) is not None:
            return True
    return False


def _asks_for_it(sight: Sight, place: int) -> bool:
    """Whether a dish ends here and its ingredients are asked for: "apple crumble ingredients for six"."""
    dishes = (match for start in range(max(0, place - DISH_TOKENS_MAX), place) for match in sight.names(start))
    return sight.said("ingredients", place) is not None and any(
        match.kind == DISH and match.end == place for match in dishes
    )


def named(sight: Sight, place: int, end: int) -> bool:
    """Whether a name begins here: "cut green beans" is no order to cut."""
    return sight.name(place, end, FAMILY) is not None
