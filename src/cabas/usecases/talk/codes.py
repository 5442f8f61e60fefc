"""The discounts of a conversation's cart, read as they are now."""

from __future__ import annotations

from functools import partial

from cabas.agreement.agreement import Request, evaluate
from cabas.agreement.term import Who
from cabas.domain.discount import Denied
from cabas.usecases.discounts import read_codes
from cabas.usecases.members import is_member
from cabas.usecases.talk.scene import Scene


async def read_again(scene: Scene) -> tuple[Denied, ...]:
    """Put the discounts that count now into the cart; the codes that do not are returned. One round trip."""
    talk, day = scene.talk, scene.now.date()
    asked = Request(talk.retailer_id, talk.platform, (Who(day, "delivers", scene.cart.method or ""),))
    own = evaluate(scene.agreement, asked).who("delivers") == "retailer"
    secret, shop = scene.desk.pairwise_key, scene.desk.shop
    member = partial(is_member, talk.platform, scene.shopper, scene.agreement, scene.desk.consents, scene.now)
    cart, denied = await read_codes(shop, talk, scene.cart, day, secret=secret, own_fee=own, member=member)
    scene.update(cart)
    return denied
