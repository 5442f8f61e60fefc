"""Carts that come to the shopper's browser from elsewhere: a checkout a platform began, or a link that names goods.

The handle of a checkout is its id with a seal that only this installation can make: whoever was given it goes on with
the same cart, slot and agreement. The browser is nobody's account: a linked shopper is not carried along.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, replace

from cabas.domain.cart import LineItem, Want
from cabas.domain.session import SessionStatus
from cabas.kernel.errors import NotFound
from cabas.usecases.discounts import given
from cabas.usecases.talk.ages import tell_ages, withheld
from cabas.usecases.talk.codes import read_again
from cabas.usecases.talk.desk import Desk
from cabas.usecases.talk.scene import Scene
from cabas.usecases.talk.stage import finish, load
from cabas.usecases.talk.take import add_lines, fill, requantify
from cabas.usecases.talk.view import View

ITEMS_MAX = 60


@dataclass(frozen=True, slots=True)
class Parcel:
    """What a link asks for: SKUs with pieces or grams, discount codes, and where the link was found ("link:NAME")."""

    items: tuple[tuple[str, int], ...] = ()
    codes: tuple[str, ...] = ()
    source: str = ""


def handle_of(secret: bytes, retailer_id: str, session_id: str) -> str:
    """What stands for a session in a link."""
    told = f"handover\n{retailer_id}\n{session_id}".encode()
    return f"{session_id}.{hmac.new(secret, told, hashlib.sha256).hexdigest()[:40]}"


async def take_over(desk: Desk, retailer_id: str, handle: str) -> View:
    """The conversation of a session, for the browser. Raises `NotFound` for a handle we did not make, or a session
    that is over or waited too long.
    """
    session_id = handle.rpartition(".")[0]
    expected = handle_of(desk.pairwise_key, retailer_id, session_id)
    talk = None
    if desk.pairwise_key and hmac.compare_digest(expected.encode(), handle.encode("utf-8", "surrogatepass")):
        talk = await desk.conversations.load(retailer_id, session_id)
    session = talk.session if talk is not None else None
    if session is None or session.status is not SessionStatus.OPEN or session.expired(desk.clock.now()):
        raise NotFound("This cart is not waiting any more.", remedy="Start a new one.", code="session_not_found")
    scene = await load(desk, retailer_id, session_id, "web")
    scene.talk, scene.shopper = replace(scene.talk, shopper_id=None), None
    await read_again(scene)
    scene.tell("brought", count=len(scene.cart.bought), total=scene.cart.total)
    return await finish(scene)


async def bring(desk: Desk, retailer_id: str, conversation_id: str, parcel: Parcel) -> View:
    """The conversation with what a link asks for: so much of each product, whatever there was of it before, and its
    codes. What is not sold here is told. It is one change, which can be undone; nothing is ordered.
    """
    scene = await load(desk, retailer_id, conversation_id, "web")
    items = dict(parcel.items[:ITEMS_MAX])
    products = scene.search.get(items)
    offers = await desk.shop.offers(retailer_id, scene.store.id, sorted(products), day=scene.now.date())
    missing = False
    for sku, quantity in items.items():
        product, offer = products.get(sku), offers.get(sku)
        if product is None or offer is None or offer.price is None or withheld(scene, product):
            missing = True
            continue
        there = next((line for line in scene.cart.lines if line.sku == sku), None)
        if there is not None:
            scene.update(scene.cart.put(await requantify(scene, there, there.want, quantity)))
        else:
            want = Want(product.name_in(scene.lang), scene.lang, family=product.family)
            add_lines(scene, [fill(scene, LineItem(id="", want=want), product, offer, quantity)])
    if parcel.codes:
        scene.update(replace(scene.cart, codes=given((*scene.cart.codes, *parcel.codes))))
    await read_again(scene)
    if parcel.source:
        scene.talk = replace(scene.talk, source=parcel.source)
    _tell(scene, missing=missing)
    return await finish(scene)


def _tell(scene: Scene, *, missing: bool) -> None:
    tell_ages(scene, scene.cart.bought)
    scene.tell("brought", count=len(scene.cart.bought), total=scene.cart.total)
    if missing:
        scene.tell("brought_less")
