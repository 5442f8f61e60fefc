"""Words that mean something without any food: those of the grammar, and those of every day."""

from __future__ import annotations

from functools import lru_cache

from cabas.dialogue import locales
from cabas.dialogue.conjugation import verb_forms
from cabas.dialogue.grammar import grammar_of, words_in
from cabas.dialogue.sight import Tools
from cabas.dialogue.tokens import Token


def is_plain(token: Token, tools: Tools) -> bool:
    """Whether a word means something without food."""
    return token.folded in tools.words.small or token.folded in plain_words(tools.lang)


@lru_cache(maxsize=16)
def plain_words(lang: str) -> frozenset[str]:
    """Every word the documents of the language use, but the origins, diets and allergens: those may be misheard."""
    sheet = dict(locales.read(lang, "words"))
    for key in ("origins", "diets", "allergens", "made_for", "bought", "sayings", "paired", "filled", "flavored"):
        sheet.pop(key, None)
    return grammar_of(lang).words | frozenset(
        words_in([sheet, locales.read(lang, "units"), locales.read(lang, "time")])
    )


@lru_cache(maxsize=16)
def common_words(lang: str) -> frozenset[str]:
    """Frequent words of the language that are no food."""
    said = (locales.read(lang, "words").get("common"), *locales.read(lang, "everyday").values())
    return verb_forms(lang).union(words_in([list(locales.words(words)) for words in said]))
