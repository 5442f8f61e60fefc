"""Lines of a recipe's list that are no ingredients: titles of its parts, for how many it is, how long it takes.

The words are `locales/<lang>/ingredients.yaml`.
"""

from __future__ import annotations

from functools import lru_cache

from cabas.dialogue import locales
from cabas.dialogue.kitchen import Kitchen, kitchen_of, phrases
from cabas.dialogue.numbers import numbers_of
from cabas.dialogue.spans import Tokens, covers, past

# A line of more tokens is a sentence.
_LONG = 9


class Headings:
    """How titles are written in one language. Use `headings_of`."""

    def __init__(self, lang: str) -> None:
        sheet = locales.read(lang, "ingredients")
        page = sheet["page"]
        self._kitchen: Kitchen = kitchen_of(lang)
        self._numbers = numbers_of(lang)
        self._heading = phrases(sheet["heading"])
        self._servings = phrases(page["servings"])
        self._serves = phrases(page["serves"])
        self._listed = phrases(page["ingredients"])
        self._closing = phrases(page["after"])
        self._facts = phrases(sheet.get("facts"))
        self._times = phrases(sheet.get("times"))
        titles = (page["ingredients"], page["after"], page["pantry"], sheet["sections"])
        self._titles = phrases([word for group in titles for word in locales.words(group)])

    def titles(self, tokens: Tokens) -> bool:
        """Whether the tokens are, as a whole, the name of a part of a list: "sauce", "to serve"."""
        return covers(self._titles, tokens)

    def starts(self, tokens: Tokens) -> bool:
        """Whether a title begins here: "pour la", "for the"."""
        return self._heading.at(tokens, 0) is not None

    def covers(self, tokens: Tokens) -> bool:
        """Whether a line is a heading: it titles the lines after it, or says for how many or how long they are."""
        if tokens and tokens[-1].folded == ":":
            return self._kitchen.read(tokens) is None or len(tokens) >= _LONG
        at = colon(tokens)
        if self._says_yield(tokens) or covers(self._closing, tokens[:at]) or self._is_fact(tokens, at):
            return True
        if at:
            return self._is_time(tokens, at + 1) and self._kitchen.read(tokens) is None
        words = tuple(token for token in tokens if token.kind != "number" and not token.is_mark)
        if self.titles(tokens) or (len(words) < len(tokens) and covers(self._servings, words)):
            return True
        return self.starts(tokens) and len(tokens) < _LONG and not any(token.kind == "number" for token in tokens)

    def _says_yield(self, tokens: Tokens) -> bool:
        """Whether a line says for how many it is: "Serves 4", "Ingrédients (pour 6 pers.)", "Pour 12 muffins"."""
        if not (self._listed.at(tokens, 0) or self._serves.at(tokens, 0)):
            return False
        words = tuple(token for token in tokens if not token.is_mark)
        start = past(self._listed, words, 0)
        serves = past(self._serves, words, start)
        number = self._numbers.at(words, serves) if max(start, serves) else None
        return number is not None and (start > 0 or not number.article)

    def _is_fact(self, tokens: Tokens, at: int) -> bool:
        """Whether a line says what the recipe takes: "Difficulty: easy", "Total time 45 minutes"."""
        end = past(self._facts, tokens, 0)
        untimed = end == at and not any(token.kind == "number" for token in tokens[at:])
        return end > 0 and (untimed or self._is_time(tokens, end))

    def _is_time(self, tokens: Tokens, index: int) -> bool:
        number = self._numbers.at(tokens, index)
        return number is not None and past(self._times, tokens, number.end) > number.end


def colon(tokens: Tokens) -> int:
    """The index of the first colon outside parentheses that has something on both sides, or 0."""
    for index, token in enumerate(tokens):
        if token.folded in "([":
            return 0
        if token.folded == ":":
            return index if index < len(tokens) - 1 else 0
    return 0


@lru_cache(maxsize=16)
def headings_of(lang: str) -> Headings:
    """The headings of a language, read once."""
    return Headings(lang)
