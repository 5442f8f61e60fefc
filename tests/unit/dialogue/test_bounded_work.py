"""However long and odd an utterance is, the work it makes is bounded. Counted, not timed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from cabas.dialogue.acts import Act
from cabas.dialogue.bounds import WISHES_MAX, bounded, is_read_whole
from cabas.dialogue.lexicon import Lexicon
from cabas.dialogue.sight import QUESTIONS_MAX
from cabas.dialogue.spelling import Speller
from cabas.dialogue.tokens import TEXT_MAX, TOKENS_MAX, WORD_MAX, Token, tokenize
from cabas.dialogue.trie import Match
from cabas.dialogue.understand import TOKENS_MAX as TOKENS_READ
from cabas.dialogue.understand import Hearing, understand
from cabas.domain.cart import Want

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)
LONG = {
    "a list": "deux litres de lait entier, trois poireaux, un kilo de pommes de terre et du persil, " * 120,
    "for whom": "du lait et pour moi et pour ma femme et pour le midi et " * 200,
    "one thing again": "lait et " * 1250,
    "nothing but marks": ",;" * 5000,
    "unknown words": "zorglub blorgniak " * 560,
    "numbers": "deux mille trois cent " * 460,
    "one word": "x" * 10_000,
    "hyphens": "pâté-" * 2000,
}


class CountedLexicon(Lexicon):
    """A lexicon that counts how often it is asked for names."""

    asked = 0

    def at(self, tokens: Sequence[Token], index: int, lang: str | None = None) -> list[Match]:
        self.asked += 1
        return super().at(tokens, index, lang)


class CountedSpeller(Speller):
    """A speller that counts how often it looks for words that sound alike."""

    asked = 0

    def sounding(self, key: str) -> list[str]:
        self.asked += 1
        return super().sounding(key)


@pytest.mark.parametrize("text", LONG.values(), ids=LONG.keys())
def test_a_text_of_ten_thousand_characters_is_understood_in_bounded_steps(text: str) -> None:
    words, questions = CountedLexicon("fr"), Counter[str]()
    heard = Hearing("fr", NOW, words, knows=lambda said: bool(questions.update([said])))
    understood = understand(text[:TEXT_MAX], heard)
    assert sum(len(act.wants) for act in understood.acts) <= TOKENS_READ
    # Names are looked for a few times at each token that is read: as heard, tidied, and taken for a thing.
    assert words.asked <= 4 * TOKENS_READ
    assert questions.total() <= 2 * QUESTIONS_MAX


def test_no_more_tokens_are_made_than_are_read() -> None:
    assert len(tokenize("a b " * 5000)) == TOKENS_MAX
    assert [token.text for token in tokenize(f"{'x' * WORD_MAX} {'y' * (WORD_MAX + 1)} lait")] == [
        "x" * WORD_MAX,
        "lait",
    ]


def test_the_neighbors_of_a_word_are_looked_up_once() -> None:
    speller = CountedSpeller(("camembert", "carotte"), "fr")
    assert [speller.near("camenbert") for _ in range(3)] == [(("camembert", 0.8),)] * 3
    assert speller.asked == 1


def test_a_text_is_read_whole_up_to_the_last_token() -> None:
    assert is_read_whole("lait " * TOKENS_READ)
    assert not is_read_whole("lait " * (TOKENS_READ + 1))
    assert not is_read_whole("x" * (TEXT_MAX + 1))


def test_no_more_things_are_added_than_one_breath_may_ask_for() -> None:
    milk, tea = Want("lait", "fr"), Want("thé", "fr")
    first, last = Act("add", (milk,) * (WISHES_MAX - 1)), Act("add", (tea, tea))
    assert bounded((first, Act("list_cart"))) == ((first, Act("list_cart")), False)
    assert bounded((first, last, Act("list_cart"))) == ((first, Act("add", (tea,)), Act("list_cart")), True)
    assert bounded((first, last, Act("add", (milk,)))) == ((first, Act("add", (tea,))), True)
    assert bounded((Act("add", doubt="referent"),)) == ((Act("add", doubt="referent"),), False)
