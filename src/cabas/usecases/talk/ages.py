"""Goods for adults: who said to be younger gets none of them, by whatever path; an age to prove is announced."""

from __future__ import annotations

from collections.abc import Sequence

from cabas.dialogue.ages import age_said
from cabas.dialogue.labels import restricted
from cabas.domain.cart import Cart, LineItem
from cabas.domain.catalog import Product, old_enough
from cabas.usecases.talk.scene import Scene

# The class of goods for adults that restricted.yaml has no name for.
ANY_AGE = "age"


def tell_ages(scene: Scene, lines: Sequence[LineItem]) -> None:
    """Goods for adults are flagged, and an age to prove is announced."""
    noted = (line for line in lines if line.sku is None and age_class(scene, line) != ANY_AGE)
    adult = [*(line for line in lines if line.minimum_age), *noted]
    if adult:
        scene.restricted.extend(age_class(scene, line) for line in adult)
        scene.tell("age", names=[line.name for line in adult])


def too_young(scene: Scene, line: LineItem) -> bool:
    """Whether goods for adults are wished for by someone who said to be younger: flagged, refused, not added."""
    kind = age_class(scene, line)
    least = line.minimum_age or (restricted()[kind].minimum_age if kind != ANY_AGE else 0)
    if old_enough(least, _age(scene, least)):
        return False
    scene.restricted.append(kind)
    scene.tell("too_young", words=line.want.words, age=least)
    scene.asked = True
    return True


def withheld(scene: Scene, product: Product) -> bool:
    """Whether a product is not for this shopper: the agreement forbids it, or they said to be too young for it."""
    return bool(scene.denial(product)) or not old_enough(product.minimum_age, _age(scene, product.minimum_age))


def without_adult_goods(scene: Scene, cart: Cart) -> Cart:
    """`cart` without what it holds that the cart of now does not, and that this shopper is too young for."""
    here = {(line.id, line.sku) for line in scene.cart.lines}
    back = [line for line in cart.lines if line.minimum_age and (line.id, line.sku) not in here]
    return cart.remove([line.id for line in back if too_young(scene, line)])


def _age(scene: Scene, least: int) -> int | None:
    """The age the shopper last gave in this conversation, in years; not looked for where nothing depends on it."""
    if not least:
        return None
    if not scene.age_heard:
        texts = [text for who, text in scene.talk.said if who == "shopper"]
        ages = (age_said(text, scene.talk.locale) for text in (scene.text, *reversed(texts)))
        scene.age, scene.age_heard = next((age for age in ages if age is not None), None), True
    return scene.age


def age_class(scene: Scene, line: LineItem) -> str:
    """Which kind of age-restricted goods a line is, as `restricted.yaml` names it; "age" when no kind says so."""
    family = line.family or line.want.family
    families = set(scene.lexicon.above(family)) if family else set()
    kinds = [one for one in restricted().values() if one.kind == "age"]
    named = [one.id for one in kinds if families & set(one.families)]
    named += [one.id for one in kinds if line.sku is None and scene.lexicon.mentions(line.want.words, one.id)]
    return named[0] if named else ANY_AGE
