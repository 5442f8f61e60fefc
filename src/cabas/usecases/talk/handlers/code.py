"""Discount codes: those that were said join the cart, or leave it. What they take off is told, or why it is nothing."""

from __future__ import annotations

from dataclasses import replace

from cabas.dialogue import say
from cabas.dialogue.acts import Act
from cabas.dialogue.codes import SaidCode
from cabas.dialogue.notices import sentence
from cabas.domain.discount import tidy
from cabas.kernel.money import total
from cabas.usecases.discounts import given
from cabas.usecases.talk.codes import read_again
from cabas.usecases.talk.scene import Scene

KINDS = ("code",)
# A code that may count later is kept: when the cart is worth enough, or holds what it is for.
KEPT = frozenset({"code_minimum", "code_goods", "code_early"})


async def handle(scene: Scene, act: Act) -> None:
    """Take the codes of `act`. One that is none is said to be so and not kept."""
    for said in act.codes:
        if said.drop:
            _drop(scene, said)
        elif said.forms:
            await _take(scene, said)
        else:
            scene.tell("code_which")
    if any(said.drop for said in act.codes):
        await read_again(scene)


def _drop(scene: Scene, said: SaidCode) -> None:
    gone = {tidy(form) for form in said.forms}
    kept = tuple(code for code in scene.cart.codes if gone and tidy(code) not in gone)
    changed = kept != scene.cart.codes
    scene.update(replace(scene.cart, codes=kept))
    scene.tell("code_dropped" if changed else "code_none")


async def _take(scene: Scene, said: SaidCode) -> None:
    before = scene.cart
    known = await scene.desk.shop.discounts(scene.talk.retailer_id, [tidy(form) for form in said.forms])
    code = next((tidy(form) for form in said.forms if tidy(form) in known), tidy(said.forms[0]))
    scene.update(replace(before, codes=given((*before.codes, code))))
    denied = next((one for one in await read_again(scene) if tidy(one.code) == code), None)
    if denied is None:
        counts = [one for one in scene.cart.taken_off[0] if one.code == code]
        off = total((one.amount for one in counts), before.currency)
        title = next((one.title for one in counts if one.title), code)
        scene.tell("code_taken", title=title, off=off, total=scene.cart.total)
        return
    if denied.reason not in KEPT:
        scene.update(before)
    least = say.money(denied.minimum, scene.lang) if denied.minimum is not None else ""
    scene.tell("code_refused", why=sentence(denied.reason, scene.lang, name=code, least=least))
    scene.asked = True
