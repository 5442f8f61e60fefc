"""For how many a dish is, said in a clause of its own: before the dish, or when it is in the cart already."""

from __future__ import annotations

from cabas.dialogue.acts import Act, RecipeAsk
from cabas.dialogue.lexicon import BRAND, DISH, FAMILY
from cabas.dialogue.numbers import numbers_of
from cabas.dialogue.sight import Sight
from cabas.dialogue.tokens import tokenize
from cabas.dialogue.turn import Turn


def read_diners(turn: Turn, start: int, end: int) -> bool:
    """Whether a clause names nothing and says for how many a dish is that is asked for later: "we'll be five"."""
    sight, grammar = turn.sight, turn.sight.tools.grammar
    said = grammar.sections["servings"].within(grammar.text(sight.tokens[start:end]))
    if said is None or "number" not in said.slots or sight.name(start, end, FAMILY, BRAND, DISH) is not None:
        return False
    number = numbers_of(sight.lang).at(sight.tokens, start + said.slots["number"][0])
    if number is None or number.value.denominator != 1:
        return False
    rest = grammar.text(sight.tokens[end:])
    if grammar.sections["recipe"].within(rest) is None and not _dish_follows(sight, end):
        return False
    turn.diners = int(number.value)
    return True


def served_anew(turn: Turn, start: int, end: int) -> bool:
    """Whether a clause only says for how many the dish is that was put in last: "for six", "we're four"."""
    heard, sight = turn.heard, turn.sight
    if not heard.fresh or turn.steps or turn.wishes.made:
        return False
    titles = {line.recipe for line in heard.lines if line.id in heard.fresh}
    title = titles.pop() if len(titles) == 1 else None
    if not title:
        return False
    grammar = sight.tools.grammar
    text = grammar.text(sight.tokens[start:end])
    said = next((one for one in grammar.sections["servings"].fits(text) if "number" in one.slots), None)
    number = numbers_of(sight.lang).at(sight.tokens, start + said.slots["number"][0]) if said is not None else None
    if number is None or number.value.denominator != 1:
        return False
    tokens = tokenize(title)
    dish = next((one for one in heard.lexicon.at(tokens, 0, heard.lang) if one.kind == DISH), None)
    if dish is None or dish.end < len(tokens):
        return False
    turn.act(Act("recipe", recipe=RecipeAsk(title.lower(), dish.id, int(number.value), anew=True)))
    return True


def _dish_follows(sight: Sight, start: int) -> bool:
    """Whether a dish is named from `start` on, and its ingredients are asked for."""
    end, tails = len(sight.tokens), sight.tools.grammar.sections["recipe_tail"]
    dishes = (sight.name(place, end, DISH) for place in range(start, end))
    ends = [known.end for known in dishes if known is not None]
    said = (tails.at(sight.text, place) for place in range(min(ends, default=end), end))
    return any(tail is not None and tail.kind != "aside" for tail in said)
