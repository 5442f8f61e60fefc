"""Whether a product is what was asked for, and not only near it: every word of a wish must be met by something.

A word is met by the family asked for, by the product's own name, brand or aisle, or by what it names in another
language ("ginger" by "gingembre"). Soft words ("ripe", "fresh", "beau") say nothing a product's name would show.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from functools import cache, lru_cache

from cabas.dialogue import locales
from cabas.dialogue.classify import above, below, is_made, is_of, is_raw, names_of, packaging
from cabas.dialogue.families import sheets
from cabas.dialogue.kinds import tells
from cabas.dialogue.labels import labels_by_word
from cabas.dialogue.names import light, read_name
from cabas.dialogue.nouns import plural
from cabas.dialogue.refusals import refused, shows
from cabas.dialogue.tokens import tokenize
from cabas.dialogue.translated import called_alone, names_elsewhere, translated
from cabas.domain.cart import Want
from cabas.domain.catalog import Product
from cabas.kernel.text import fold

# How many names of products are remembered with what was found in them.
KEPT = 1 << 14
SOFT_SHEETS = ("adjectives", "before", "after", "states")


def fits(want: Want, product: Product, *, filed: bool = True) -> bool:
    """Whether `product` is what `want` names: of its family, where the words name one, and lacking no word of it.

    A product may be `filed` beside its family and be called so all the same: "yaourt nature 0 %" is no less fat-free
    for being a plain yogurt.
    """
    family = want.family
    if want.brand and not _is_of(product, want.brand):
        return False
    if any(shows(product, words, want.lang) for tag in want.constraints if (words := refused(tag, want.lang))):
        return False
    if family is not None:
        if product.family is None:
            if not _is_called(product, family):
                return False
        elif product.family not in _kinds(family) and (filed or not _is_said(product, family)):
            return False
        if another_form(f"{want.words} {' '.join(want.constraints)}", want.lang, family, product):
            return False
        if _is_thinner(family, product) or _is_poured(family, product):
            return False
    return not lacking(want, product)


def lacking(want: Want, product: Product) -> frozenset[str]:
    """The words of `want`, as stems, that nothing of `product` meets."""
    asked = _asked(want.words, want.lang, want.family, tuple(want.constraints), product.lang)
    if want.brand:
        asked = tuple(word for word in asked if word not in read_name(want.brand, want.lang).words)
    if not asked:
        return frozenset()
    shown = shown_by(product)
    lacked = [word for word in asked if word not in shown and not translated(word, want.lang, product, shown)]
    if lacked and want.family and not plain_words(want.lang).isdisjoint(lacked):
        added = besides(want.words, want.lang, want.family, product)
        lacked = [word for word in lacked if added or word not in plain_words(want.lang)]
    return frozenset() if lacked and _is_called_beside(want, product) else frozenset(lacked)


def _is_called_beside(want: Want, product: Product) -> bool:
    """Whether all the words name another family than the one a label made of them, and the product is called so:
    "semi-skimmed milk" that is to be without lactose.
    """
    if want.family is None or not want.constraints:
        return False
    named = names_of(want.lang).called(read_name(want.words, want.lang).words)
    return any(called(product, one) for one in named if one not in kin_of(want.family))


def _is_of(product: Product, brand: str) -> bool:
    """Whether the product is of that brand, by its record or its name."""
    shown = f"{product.brand or ''} {product.name}"
    said, held = read_name(brand, product.lang), read_name(shown, product.lang)
    if not said.words:  # "1664"
        return fold(brand) in fold(shown)
    own = read_name(product.brand, product.lang).words if product.brand else ()
    return frozenset(own).issuperset(said.words) or frozenset(held.raw).issuperset(said.raw)


def _is_called(product: Product, family: str) -> bool:
    """Whether the name of a product of no known family begins with a name of `family`."""
    shown = _shown_name(product)
    return any(shown[: len(name)] == name for name in names_of(product.lang).names.get(family, ()))


def _is_said(product: Product, family: str) -> bool:
    """Whether the product, filed under a wider family or another kind of it, is called by a whole name of `family`,
    numbers included. What its own family is called by as many words counts first: "faux filet de bœuf" is no fillet.
    """
    filed = product.family or ""
    parent = sheets().get(family, {}).get("parent")
    if filed not in above(family) and (parent is None or sheets().get(filed, {}).get("parent") != parent):
        return False
    name = read_name(product.name, product.lang)
    words, sizes = frozenset(name.words), frozenset(name.sizes)
    own = [one for one, _ in _whole_names(filed, product.lang) if words.issuperset(one)]
    return any(
        words.issuperset(said) and sizes.issuperset(held) and not any(set(one).issuperset(said) for one in own)
        for said, held in _whole_names(family, product.lang)
    )


@lru_cache(maxsize=4096)
def _whole_names(family: str, lang: str) -> tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]:
    """The names of a family as stems, with the sizes that stand in them."""
    read = (read_name(name, lang) for name in locales.words(sheets()[family].get(lang)))
    return tuple((name.words, name.sizes) for name in read if name.words)


def another_form(words: str, lang: str, family: str, product: Product) -> bool:
    """Whether the product shows a word of another form ("séchées", "au sirop", "de soja") that is not among the `words`
    asked for, or, being fresh, another fruit or vegetable beside the one asked for ("pomme châtaigne").
    """
    if not forms(family, product.lang):
        return False
    odd = _odd_words(product.name, product.lang, family)
    return bool(odd) and not odd.issubset(read_name(words, lang).words)


@lru_cache(maxsize=KEPT)
def _odd_words(name: str, lang: str, family: str) -> frozenset[str]:
    """The words of a product's name that make another thing of `family` than what it is called by itself."""
    odd, fresh = forms(family, lang), is_of(family, "fresh")
    words = frozenset(read_name(name, lang).words) - _family_words(family)
    return frozenset(word for word in words if word in odd or (fresh and _other_fresh(word, family, lang)))


@lru_cache(maxsize=8192)
def forms(family: str, lang: str) -> frozenset[str]:
    """The words, as stems, that make another thing of a family: each group of departments has its own."""
    groups = (("fresh", "forms"), ("raw", "raw_forms"), ("animal", "imitations"))
    return frozenset(word for group, words in groups if is_of(family, group) for word in _forms(lang, words))


@lru_cache(maxsize=8192)
def _other_fresh(word: str, family: str, lang: str) -> bool:
    """Whether a word names fresh food that is no kind of `family`: only what is sold counts, "fruit" is no kin."""
    kin = {one for one in above(family) if sheets()[one].get("packs") or sheets()[one].get("price")}
    return any(is_of(other, "fresh") and kin.isdisjoint(above(other)) for other in called_alone(lang).get(word, ()))


def _is_thinner(family: str, product: Product) -> bool:
    """Whether the name shows a percentage lower than the family has: cream of 4 % is no whipping cream."""
    least = sheets()[family].get("least_percent")
    if least is None:
        return False
    said = (size[:-1].replace(",", ".") for size in read_name(product.name, product.lang).sizes if size.endswith("%"))
    return any(float(percent) < least for percent in said)


def _is_poured(family: str, product: Product) -> bool:
    """Whether a fresh fruit or vegetable comes by the liter: what is squeezed is no lemon."""
    content = product.content
    return content is not None and content.dimension == "volume" and is_of(family, "fresh")


def called(product: Product, family: str) -> bool:
    """Whether the product's name itself, and not only its aisle, holds a name of `family` or of a kind of it."""
    return _called(product.name, product.lang, family)


@lru_cache(maxsize=1 << 16)
def _called(name: str, lang: str, family: str) -> bool:
    words = frozenset(read_name(name, lang).words)
    names = names_of(lang).names
    return any(words.issuperset(one) for kind in below(family) for one in names.get(kind, ()))


def besides(words: str, lang: str, family: str | None, product: Product, brand: str | None = None) -> int:
    """How many other foods the product's name tells of that nobody asked for: the chocolate of a whipped cream, the
    citrus of a `brand` said alone.
    """
    if family is None:
        alone = brand is not None and fold(words) == fold(brand)
        return 2 * len(_foods_in(product.name, product.lang)) if alone else 0
    foods = _foods_in(product.name, product.lang)
    return len(foods.difference(_family_words(family), read_name(words, lang).words)) if foods else 0


def unshown(words: str, lang: str, family: str | None, product: Product) -> int:
    """How many words that set one kind of `family` apart were said and the product does not show: the "margherita" of
    a pizza. Words of all the family, or of most of it, set nothing apart.
    """
    return len(unshown_words(words, lang, family, product)) if family is not None else 0


def begins(want: Want, product: Product) -> bool:
    """Whether the product is called what was asked for, though it is filed elsewhere: its name begins with the same
    word, its family is named too or is a wider one, and it shows every word. No dish is called like what is in it, and
    nothing made like what grew.
    """
    wanted, filed = want.family or "", product.family or ""
    if (is_made(filed) and not is_made(wanted)) or (is_raw(wanted) and not is_raw(filed)):
        return False
    tokens, name = tokenize(want.words), _shown_name(product)
    said = frozenset(read_name(want.words, want.lang).words)
    head = next((word for word in name if word not in packaging(product.lang)), "")
    if filed not in above(wanted)[1:]:
        alike = bool(tokens) and head == light(tokens[0].folded)
        if not alike or not any(said.issuperset(one) for one in names_of(want.lang).names.get(filed, ())):
            return False
    told = {word for tag in want.constraints for word in read_name(tag, want.lang).words}
    return said.difference(told, _packs(want.words, want.lang)).issubset(shown_by(product))


def unshown_words(words: str, lang: str, family: str, product: Product) -> list[str]:
    """The stems of those words."""
    own, soft, shown = own_words(family), _soft(lang), shown_by(product)
    packs, plain = _packs(words, lang), plain_words(lang)
    said = (word for word in read_name(words, lang).words if word not in own)
    apart = [word for word in said if word not in soft or tells(word, lang)]
    apart = [word for word in apart if word not in shown and not translated(word, lang, product, shown)]
    if not plain.isdisjoint(apart) and not besides(words, lang, family, product):
        packs |= plain
    return [word for word in apart if word not in packs]


@lru_cache(maxsize=4096)
def _packs(words: str, lang: str) -> frozenset[str]:
    """The stems of the words for what it is packed in, which few products tell: "en bocal", "en petites bouteilles"."""
    tokens, sheet = tokenize(words), locales.read(lang, "search")
    into = {fold(word) for word in locales.words(sheet.get("packed"))}
    if into.isdisjoint(token.folded for token in tokens):
        return frozenset()
    starts = [at for at, token in enumerate(tokens) if token.folded in into]
    near = (light(token.folded) for at in starts for token in tokens[at + 1 : at + 3])
    return packaging(lang).intersection(near)


@cache
def plain_words(lang: str) -> frozenset[str]:
    """Stems of words that say only that nothing was added ("nature"): what tells of nothing else is that."""
    return frozenset(light(fold(word)) for word in locales.words(locales.read(lang, "search").get("plain")))


@lru_cache(maxsize=KEPT)
def _foods_in(name: str, lang: str) -> frozenset[str]:
    """The words of a product's name that name a food by themselves."""
    return frozenset(word for word in read_name(name, lang).words if word in called_alone(lang))


def _shown_name(product: Product) -> tuple[str, ...]:
    return read_name(product.name, product.lang).words


@cache
def _forms(lang: str, group: str) -> frozenset[str]:
    return frozenset(light(fold(word)) for word in locales.words(locales.read(lang, "forms").get(group)))


@lru_cache(maxsize=4096)
def _asked(words: str, lang: str, family: str | None, constraints: tuple[str, ...], sold_in: str) -> tuple[str, ...]:
    """The words that the family does not explain, and those that name another food: "ginger" of ginger tea. `sold_in`
    is the language of the products.
    """
    said = read_name(words, lang).words
    explained = set(_family_words(family)) - _other_foods(said, lang, family, sold_in) if family else set()
    for tag in constraints:
        label = labels_by_word().get(fold(tag))
        names = (tag.partition(":")[2],) if ":" in tag else tuple(_all(label.names.values())) if label else (tag,)
        explained.update(word for name in names for word in read_name(name, lang).words)
    soft = _soft(lang) | _packs(words, lang)
    return tuple(word for word in said if word not in explained and word.lstrip("-") not in soft and not word.isdigit())


def _other_foods(said: tuple[str, ...], lang: str, family: str, sold_in: str) -> frozenset[str]:
    """Words of a longer name that name a food of their own, which a product must then show too.

    Words that most names of the family hold are its own ("tomato" of tomato ketchup), and so is the head of what was
    said; "salt" and "vinegar" are not crisps' own, though some crisps are called so. In another language than the
    products', a whole name of the family is the family ("potato chips", "icing sugar"), but for what tells its kinds
    apart in the language of the products too ("mango smoothie").
    """
    sheet = sheets()[family]
    wide = not sheet.get("packs") and not sheet.get("price")
    if not said or (wide and said in names_of(lang).names.get(family, ())):  # any oil will do for "vegetable oil"
        return frozenset()
    own = own_words(family) | _forms(lang, "imitations")
    kin, alone = kin_of(family), called_alone(lang)
    foods = {word for word in said if word not in own and word in alone and kin.isdisjoint(alone[word])}
    foods.discard(said[0] if locales.head_first(lang) else said[-1])
    if foods and lang != sold_in and said in names_of(lang).names.get(family, ()):
        sold = names_of(sold_in).names.get(family, ())
        foods = {word for word in foods if any(
            set(one) <= set(name) for one in names_elsewhere(word, lang, sold_in) for name in sold
        )}  # fmt: skip
    return frozenset(foods)


@cache
def kin_of(family: str) -> frozenset[str]:
    """The family, those above it and those below it."""
    return frozenset((*above(family), *below(family)))


@cache
def own_words(family: str) -> frozenset[str]:
    """The words of the family's first names, and those that stand in at least half of its names of one language."""
    own: set[str] = set()
    for lang in locales.languages():
        names = names_of(lang).names.get(family, ())
        own.update(names[0] if names else ())
        counts = Counter(word for name in names for word in set(name))
        own.update(word for word, count in counts.items() if 2 * count >= len(names))
    return frozenset(own)


@cache
def _kinds(family: str) -> frozenset[str]:
    """The family and all below it."""
    return frozenset(below(family))


def _all(groups: Iterable[tuple[str, ...]]) -> Iterable[str]:
    return (name for group in groups for name in group)


@cache
def _family_words(family: str) -> frozenset[str]:
    """Every word of the names of a family, of those above it and of those below it, in every language."""
    return frozenset().union(*map(_words_of, {*above(family), *below(family)}))


@cache
def _words_of(family: str) -> frozenset[str]:
    """Every word of the names of one family, in the singular and the plural: "peaches" share no stem with "peach"."""
    names = ((name, lang) for lang in locales.languages() for name in locales.words(sheets().get(family, {}).get(lang)))
    forms = ((form, lang) for name, lang in names for form in {name, plural(name, lang)})
    return frozenset(word for form, lang in forms for word in read_name(form, lang).words)


@lru_cache(maxsize=8192)
def _shown_of(names: tuple[tuple[str, str], ...], brand: str, aisle: str, lang: str) -> frozenset[str]:
    texts = [*names, (lang, brand), (lang, aisle)]
    return frozenset(word for code, text in texts for word in read_name(text, code).words)


def shown_by(product: Product) -> frozenset[str]:
    """The stems that a product shows in its names, its brand and its aisle."""
    aisle = product.category[-1] if product.category else ""
    return _shown_of(tuple(sorted(product.names.items())), product.brand or "", aisle, product.lang)


@cache
def _soft(lang: str) -> frozenset[str]:
    """Stems of words that say something a product's name does not show."""
    sheet = locales.read(lang, "ingredients")
    said = [word.rstrip("*") for name in SOFT_SHEETS for word in locales.words(sheet.get(name))]
    return frozenset(light(fold(word)) for word in said if " " not in word)
