"""Sentences about a cart or an order for platforms that show them to a buyer, by code and language."""

from __future__ import annotations

from cabas.dialogue import locales

FALLBACK = "en"


def spoken(locale: str) -> str:
    """The language of `locale` if Cabas speaks it, else English."""
    lang = locale.partition("-")[0].lower()
    return lang if lang in locales.languages() else FALLBACK


def sentence(code: str, lang: str, **values: object) -> str:
    """The sentence of a code; in English where `lang` has none."""
    words = locales.read(lang, "notices").get(code) or locales.read(FALLBACK, "notices")[code]
    return str(words).format(**values)
