"""Everybody who should not get in: keys and tokens of every wrong kind, over a small shop with something to get at.

A surface's stage (`tests/surfaces/stages/NAME.py`) says how its addresses are asked for (`asks`), how an answer reads
(`outcome`) and what each refusal is in its protocol (`REFUSED`); who is played, and on what, is found here and there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from starlette.applications import Starlette
from starlette.routing import Mount, Route
from starlette.testclient import TestClient

from cabas.apps.web import lifespan
from cabas.domain.consent import Said
from cabas.domain.payment import Payment, PaymentStatus
from cabas.surfaces.contract import Premises
from cabas.surfaces.link.tokens import ACCESS, ACCESS_LIFE, LinkedTokens, Signer
from cabas.usecases.link.grant import unlink
from cabas.usecases.link.ports import Link
from cabas.usecases.partners import make_key
from cabas.usecases.shop.caller import HISTORY, MANAGE, READ_ORDERS, SHOP, Caller
from cabas.usecases.shop.complete import Pay, complete
from cabas.usecases.shop.sessions import change_session, open_session
from cabas.usecases.shop.view import ItemAsk, SessionAsk
from support.amazon import SKILL
from support.premises import Stage, an_agreement, stage_of
from support.shop import run

URL = "https://shop.example"
OURS, THEIRS = "partner", "other"
SHOPPER = frozenset({"openid", SHOP, HISTORY})

# who asks -> why it is refused, the key of a stage's REFUSED
WRONG: Mapping[str, str] = {
    "nobody": "nobody",
    "a made-up key": "key",
    "an expired key": "key",
    "a revoked key": "key",
    "a key of another retailer": "key",
    "a made-up token": "token",
    "an expired token": "token",
    "a revoked token": "token",
    "a token signed by another": "token",
    "a token for another audience": "token",
    "a token of another retailer": "token",
    "a partner whose agreement does not open this": "closed",
    "a token that is not for shopping": "scope",
}  # fmt: skip
# who asks -> of which areas it gets nothing, though it is let in
NARROW: Mapping[str, tuple[str, frozenset[str]]] = {
    "another partner": ("gone", frozenset({"carts", "orders", "theirs"})),
    "another shopper": ("gone", frozenset({"carts", "orders"})),
    "a token for orders alone": ("narrow", frozenset({"carts", "new"})),
    "a token for carts alone": ("narrow", frozenset({"orders"})),
}
GOOD, PARTNER = "the shopper", "the partner"


@dataclass(frozen=True)
class Ask:
    """A request of whoever asks. `area`: "carts" and "orders" name one of the shopper's, "new" begins one, "theirs" is
    the partner's own; "" is open to every caller that is let in at all.
    """

    name: str
    send: Callable[[TestClient, str], Any]
    area: str = ""
    endless: bool = False  # whoever gets in gets a stream


@dataclass
class World:
    """A shop with a partner whose shopper Camille has a cart, a checkout and an order; what others show (`shown`)."""

    stage: Stage
    surface: str = ""
    shown: dict[str, str] = field(default_factory=dict)
    cart: str = ""
    checkout: str = ""
    order: str = ""

    @property
    def premises(self) -> Premises:
        """As surfaces see it, with real access tokens."""
        premises = self.stage.premises
        signer = Signer(premises.secret, premises.url)
        return replace(premises, tokens=LinkedTokens(self.stage.memory.links, "halle", signer, premises.clock))


def a_world() -> World:
    """The shop, its partners and everybody else."""
    many = "requests_per_minute = 1000000"
    ours = an_agreement(OURS, access=f'{many}\nclients = ["{SKILL}"]')
    closed = an_agreement("closed", access=f'{many}\nsurfaces = ["none"]\nclients = ["{SKILL}.closed"]')
    stage = stage_of(ours, an_agreement(THEIRS, access=many), closed, url=URL)
    world = World(stage)
    _fill(world)
    for name, credential in _credentials(world):
        world.shown[name] = credential
    return world


def _fill(world: World) -> None:
    front = world.premises.front
    camille = Caller("halle", OURS, "ucp", shopper_id="camille", scopes=SHOPPER)
    ask = SessionAsk(items=[ItemAsk("milk", 2)])
    world.cart = run(open_session(front, camille, "cart", ask)).id
    world.checkout = run(open_session(front, camille, "checkout", ask)).id
    world.order = run(open_session(front, camille, "checkout", ask)).id
    for ident in (world.checkout, world.order):
        run(change_session(front, camille, ident, SessionAsk(slot_id="drive")))
    done = run(complete(front, camille, world.order, Pay("pay_at_handover"), key="k" * 22, request_hash="0" * 64))
    assert done.order is not None
    assert run(world.stage.memory.orders.payments("halle", world.order)) == (
        Payment("pay_at_handover", PaymentStatus.DUE, done.order.total),
    )

    run(world.stage.memory.links.allow_personal("halle", "camille"))
    said = Said("1", "camille", OURS, "personal_results", True, world.stage.now, "test", "test")
    run(world.stage.memory.consents.record("halle", said))


def _credentials(world: World) -> Iterator[tuple[str, str]]:
    stage, now = world.stage, world.stage.now
    yield "nobody", ""
    yield "a made-up key", f"ck_k1.{'x' * 43}"
    yield "an expired key", stage.key(OURS, expires_at=now)
    revoked = stage.key(OURS)
    run(stage.memory.partners.revoke("halle", revoked.removeprefix("ck_").partition(".")[0], now))
    yield "a revoked key", revoked
    made = make_key(
        stage.memory.partners, stage.agreements, "elsewhere", OURS, now=now, new_secret=lambda: "y" * 43,
        new_id=lambda: "foreign",
    )  # fmt: skip
    yield "a key of another retailer", run(made).secret
    yield "a made-up token", "a.b.c"
    yield "an expired token", token(world, "expired", minutes=-10)
    yield "a revoked token", token(world, "revoked")
    ended = run(stage.memory.links.link("halle", "revoked"))
    assert ended is not None
    run(unlink(stage.linking, "halle", ended, now))
    yield "a token signed by another", token(world, "forged", signer=Signer(b"another secret", URL))
    yield "a token for another audience", token(world, "elsewhere", audience=f"{URL}/another")
    yield "a token of another retailer", token(world, "foreign", retailer="elsewhere")
    yield "a partner whose agreement does not open this", stage.key("closed")
    yield "a token that is not for shopping", token(world, "openid", scopes={"openid"})
    yield "another partner", stage.key(THEIRS)
    yield "another shopper", token(world, "sacha", shopper="sacha")
    yield "a token for orders alone", token(world, "orders", scopes={READ_ORDERS})
    yield "a token for carts alone", token(world, "carts", scopes={MANAGE})
    yield GOOD, token(world, "good")
    yield PARTNER, stage.key(OURS)


def token(
    world: World, ident: str, *, retailer: str = "halle", shopper: str = "camille", scopes: Iterable[str] = SHOPPER,
    audience: str = URL, minutes: int = 0, signer: Signer | None = None,
) -> str:  # fmt: skip
    """An access token made for a link of its own, `minutes` from now."""
    now, given = world.stage.now, frozenset(scopes)
    link = Link(ident, shopper, OURS, OURS, "Partner", OURS, given, frozenset(), now)
    run(world.stage.memory.links.add(retailer, link))
    claims = {"sub": "x", "aud": [audience], "client_id": OURS, "scope": " ".join(sorted(given)), "link": ident}
    signer = signer or Signer(world.stage.premises.secret, URL)
    return signer.sign(ACCESS, claims, now + timedelta(minutes=minutes), ACCESS_LIFE)


def addresses(app: Starlette) -> Iterator[tuple[str, str]]:
    """Every method and path the running app answers."""
    for route in app.routes:
        if isinstance(route, Mount):
            continue  # files that everybody may read
        assert isinstance(route, Route), f"{route!r}: say in tests/support/access.py how it is played"
        for method in sorted(route.methods or {"GET", "POST", "DELETE"}):
            if method not in ("HEAD", "OPTIONS"):
                yield method, route.path


def app_of(routes: Callable[[Premises], Any], world: World) -> Starlette:
    """The surface in that world."""
    return Starlette(routes=routes(world.premises), lifespan=lifespan)


def bearer(credential: str) -> dict[str, str]:
    """The header that shows it."""
    return {"authorization": f"Bearer {credential}"} if credential else {}


def filled(schema: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """Arguments for a tool: `values` of what its schema requires or names, by name."""
    missing = set(schema.get("required", ())) - values.keys()
    assert not missing, f"say in the surface's stage what {', '.join(sorted(missing))} may be"
    return {name: values[name] for name in schema.get("properties", {}) if name in values}
