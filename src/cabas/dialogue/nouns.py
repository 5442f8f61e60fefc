"""Nouns in a sentence: gender, number, articles, elision. What a language does is in `locales/<lang>/nouns.yaml`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction
from functools import cache, lru_cache
from typing import Any

from cabas.dialogue import locales, say
from cabas.dialogue.classify import names_of
from cabas.dialogue.names import light
from cabas.dialogue.weights import usual_of
from cabas.domain.cart import Amount, Want
from cabas.kernel.quantity import Quantity
from cabas.kernel.remember import remembered
from cabas.kernel.text import fold

_WORD = re.compile(r"\s+")


@remembered
def _sheet(lang: str) -> Mapping[str, Any]:
    loaded: Mapping[str, Any] = locales.read(lang, "nouns")
    return loaded


@cache
def _set(lang: str, name: str) -> frozenset[str]:
    """A list of words, each as it is written and without its accents."""
    words = [word.lower() for word in locales.words(_sheet(lang).get(name))]
    return frozenset((*words, *map(fold, words)))


def _parts(name: str, lang: str) -> tuple[list[str], list[str]]:
    """(the words that agree, the rest): "pommes | de terre", "tins | of tomatoes"."""
    words, stop = _WORD.split(name.strip()), _set(lang, "stop")
    for at, word in enumerate(words):
        first = fold(word)
        if at and (first in stop or first.partition("'")[0] + "'" in stop or first[:1].isdigit()):
            return words[:at], words[at:]
    return words, []


def _head(name: str, lang: str) -> str:
    core, _ = _parts(name, lang)
    return core[0] if locales.head_first(lang) else core[-1]


@lru_cache(maxsize=4096)
def is_plural(name: str, lang: str) -> bool:
    """Whether the name is in the plural: "pommes de terre", "eggs"."""
    head = fold(_head(name, lang))
    return head[-1:] in ("s", "x") and not head.endswith("ss") and head not in _set(lang, "singular")


def is_feminine(name: str, lang: str) -> bool:
    """Whether its head noun is feminine, in the singular or the plural."""
    head = _head(name, lang).lower()
    plain = head.isascii()  # written without accents, "pate" may well be "pâte"; "pâté" is not
    forms = (head, head[:-1]) if head[-1:] in ("s", "x") else (head,)
    return any((fold(form) if plain else form) in _set(lang, "feminine") for form in forms)


@lru_cache(maxsize=4096)
def plural(name: str, lang: str) -> str:
    """The name in the plural; a plural stays as it is."""
    if is_plural(name, lang):
        return name
    core, rest = _parts(name, lang)
    if not locales.head_first(lang):
        return " ".join([*core[:-1], _plural_word(core[-1], lang), *rest])
    return " ".join([*(_plural_word(word, lang) for word in core), *rest])


def _plural_word(word: str, lang: str) -> str:
    if (
        word[-1:] in ("s", "x", "z")
        and word[-1:] not in _sheet(lang)["plurals"]
        and word[-2:] not in _sheet(lang)["plurals"]
    ):
        return word
    for ending, other in _sheet(lang)["plurals"].items():
        if word.lower().endswith(ending):
            return word[: len(word) - len(ending)] + str(other)
    return word


def agreed(forms: list[str], name: str, lang: str, *, many: bool = False) -> str:
    """The form that agrees with `name`: masculine, feminine, then both in the plural; one form serves all."""
    if len(forms) == 1:
        return str(forms[0])
    return str(forms[2 * (many or is_plural(name, lang)) + is_feminine(name, lang)])


def some(words: str, family: str | None, lang: str) -> str:
    """An indefinite lot of it: "du sel", "de l'huile", "des œufs"; English says the bare word."""
    forms = _sheet(lang)["some"]
    if is_plural(words, lang) or _in_pieces(words, family, lang):
        return f"{forms['many']} {plural(words, lang)}".strip()
    if not forms["mass"]:
        return words
    if say.elides(words, lang):
        return f"{forms['mass_vowel']}{words}"
    return f"{forms['mass_feminine' if is_feminine(words, lang) else 'mass']} {words}"


def yours(words: str, lang: str) -> str:
    """ "votre lait habituel", "vos œufs habituels", "your usual milk"."""
    return agreed(_sheet(lang)["yours"], words, lang).format(noun=words)


def counted(quantity: Quantity, words: str, family: str | None, lang: str) -> str:
    """A measured amount of it, as written: "3 œufs", "150 g de beurre", "1 kg de pommes de terre"."""
    if quantity.dimension == "count":
        return numbered(quantity.base, words, lang)
    thing = plural(words, lang) if _in_pieces(words, family, lang) else words
    return f"{say.measure(quantity, lang)} {say.elided(_sheet(lang)['of'], thing, lang)}"


def _in_pieces(words: str, family: str | None, lang: str) -> bool:
    """Whether it comes in pieces one counts: onions do, garlic and butter do not."""
    return (
        usual_of(family).piece is not None and fold(_head(words, lang)) not in _set(lang, "mass") if family else False
    )


def numbered(value: Fraction, words: str, lang: str, *, spoken: bool = False) -> str:
    """So many of it: "3 pommes", spoken "trois pommes"; "une pomme", "an egg" when it is one."""
    if value == 1:
        return f"{article(words, lang)} {words}" if not is_plural(words, lang) else f"{say.cardinal(1, lang)} {words}"
    many = value >= Fraction(str(_sheet(lang)["many_from"]))
    said = _gendered(say.spoken_number(value, lang), words, lang) if spoken else say.number(value, lang)
    return f"{said} {plural(words, lang) if many else words}"


def numbered_name(value: Fraction, name: str, lang: str) -> str:
    """So many of a product, spoken: "deux Baguettes". A name in words `lang` does not have is left as it is written:
    "dos Lait ribot", as nobody knows its plural.
    """
    if value != 1 and light(fold(_head(name, lang))) not in names_of(lang).known:
        return f"{_gendered(say.spoken_number(value, lang), name, lang)} {name}"
    return numbered(value, name, lang, spoken=True)


def article(words: str, lang: str) -> str:
    """ "un", "une", "a", "an"."""
    first, second = _sheet(lang)["one"]
    if _sheet(lang)["feminine"]:
        return str(second if is_feminine(words, lang) else first)
    return str(second if fold(words)[:1] in "aeiou" else first)


def asked(want: Want, lang: str) -> tuple[str, bool]:
    """What was asked for as one says it, and whether that is plural: "deux litres de lait", "trois pommes", "lait"."""
    amount, words = want.amount, want.words
    if amount is None:
        return words, is_plural(words, lang)
    many = amount.value >= Fraction(str(_sheet(lang)["many_from"]))
    if amount.unit == "piece":
        return numbered(amount.value, words, lang, spoken=True), many
    return f"{unit(amount, lang)} {_of(amount, words, lang)}", many


def told(tag: str, lang: str) -> str:
    """A constraint as one says it: "origine Espagne", "lot de 6"; a label is said as it is written."""
    kind, colon, value = tag.partition(":")
    form = _sheet(lang)["tags"].get(kind) if colon else None
    return str(form).format(value) if form else tag.replace(":", " ").replace("_", " ")


def asked_agreed(form: str, want: Want, lang: str) -> str:
    """A participle (a key of nouns.yaml, "added") that agrees with what was asked for."""
    forms, amount = _sheet(lang)[form], want.amount
    if amount is None or amount.unit == "piece":
        many = amount is not None and amount.value >= Fraction(str(_sheet(lang)["many_from"]))
        return agreed(forms, want.words, lang, many=many)
    measure = _sheet(lang)["units"][amount.unit]
    return agreed(forms, measure[0], lang, many=amount.value >= Fraction(str(_sheet(lang)["many_from"])))


def unit(amount: Amount, lang: str) -> str:
    """ "deux litres", "une bouteille", "un kilo et demi", "half a liter"."""
    one, more = _sheet(lang)["units"][amount.unit]
    many = amount.value >= Fraction(str(_sheet(lang)["many_from"]))
    whole, half = divmod(amount.value, 1)
    if half == Fraction(1, 2):
        forms = _sheet(lang)["half"]
        number = _gendered(say.cardinal(int(whole), lang), one, lang)
        ending = forms["feminine"] if is_feminine(one, lang) else forms.get("masculine", "")
        said: str = forms["more" if whole else "only"].format(
            a=article(one, lang), n=number, unit=more if many else one, units=more, e=ending
        )
        return said
    if amount.value == 1:
        return f"{article(one, lang)} {one}"
    return f"{_gendered(say.spoken_number(amount.value, lang), one, lang)} {more if many else one}"


def _gendered(number: str, words: str, lang: str) -> str:
    """ "vingt et une" tomatoes: numbers that end in one agree, where the language has two of them."""
    first, second = _sheet(lang)["one"]
    plain = number.replace("-", " ").rpartition(" ")[2] == first and _sheet(lang)["feminine"]
    return f"{number[: -len(first)]}{second}" if plain and is_feminine(words, lang) else number


def _of(amount: Amount, words: str, lang: str) -> str:
    counted_in = amount.unit not in ("l", "ml", "kg", "g")
    thing = plural(words, lang) if counted_in and amount.unit in ("dozen", "bunch") else words
    if amount.unit in _set(lang, "bare"):
        return thing
    return say.elided(_sheet(lang)["of"], thing, lang)
