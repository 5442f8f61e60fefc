"""Words that name nothing a grocer sells: what nobody calls goods, and goods that are no groceries (`unsold:`)."""

from __future__ import annotations

from cabas.dialogue import locales
from cabas.dialogue.lexicon import Lexicon, small_words
from cabas.dialogue.sight import words_of
from cabas.dialogue.tokens import tokenize
from cabas.domain.cart import Want


def names_nothing(lexicon: Lexicon, want: Want) -> bool:
    """Whether a wish names no goods: no family, no brand, and a head no name of goods has, in any language."""
    if want.family is not None or want.brand is not None:
        return False
    return is_unsold(want.words, want.lang) or not _names_goods(lexicon, want)


def _names_goods(lexicon: Lexicon, want: Want) -> bool:
    """Whether the word that says what it is stands in names of goods, in any language."""
    small = small_words(want.lang)
    words = [token.folded for token in tokenize(want.words) if token.folded.isalpha() and token.folded not in small]
    head = words[:1] if locales.head_first(want.lang) else words[-1:]
    return any(lexicon.knows_word(word, lang) for word in head for lang in lexicon.langs)


def is_unsold(text: str, lang: str) -> bool:
    """Whether `text` is, by its first or its last word, goods no grocer has."""
    tokens, phrases = tokenize(text), words_of(lang).sections["unsold"]
    whole = [place for place in range(len(tokens)) if (found := phrases.at(tokens, place)) and found[1] == len(tokens)]
    return bool(whole) or (locales.head_first(lang) and phrases.at(tokens, 0) is not None)
