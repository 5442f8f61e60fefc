"""The forms of common verbs (`verbs.yaml` of a language): no goods by themselves, in none of them."""

from __future__ import annotations

from functools import lru_cache

from cabas.dialogue import locales
from cabas.kernel.text import fold


@lru_cache(maxsize=16)
def verb_forms(lang: str) -> frozenset[str]:
    """Every form, folded; none for a language that lists no verbs."""
    sheet = locales.read(lang, "verbs")
    endings = sheet.get("endings", {})
    regular = (
        fold(f"{stem}{ending}")
        for group, said in sheet.get("stems", {}).items()
        for stem in locales.words(said)
        for ending in endings[group]
    )
    return frozenset(regular).union(fold(word) for word in locales.words(sheet.get("forms")))
