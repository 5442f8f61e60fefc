"""Which language a text is in, where no assistant says so: the one whose small words, numbers and names it uses."""

from __future__ import annotations

from collections.abc import Iterator

from cabas.dialogue import locales
from cabas.dialogue.families import sheets
from cabas.dialogue.tokens import tokenize
from cabas.kernel.remember import remembered
from cabas.kernel.text import fold

SHEETS = ("words", "numbers", "units", "grammar", "time")


def guess(text: str) -> str | None:
    """The language that knows most of the words; None when two know as many."""
    words = [token.folded for token in tokenize(text) if not token.is_mark]
    known = {lang: sum(word in _words(lang) for word in words) for lang in locales.languages()}
    best = max(known.values(), default=0)
    found = [lang for lang, count in known.items() if count == best]
    return found[0] if len(found) == 1 and best else None


@remembered
def _words(lang: str) -> frozenset[str]:
    said = [text for name in SHEETS for text in _strings(locales.read(lang, name))]
    said += [name for sheet in sheets().values() for name in locales.words(sheet.get(lang))]
    return frozenset(word for text in said for word in fold(text).replace("-", " ").replace("'", " ").split())


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from _strings(one)
    elif isinstance(value, list):
        for one in value:
            yield from _strings(one)
