"""The voice page: speak or type, watch the cart fill, correct it by touch, order. HTML over the wire, forms underneath.

Every address works as a plain page; `static/page.js` asks for fragments of the same pages (header `Cabas-Fragment`).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.middleware import Middleware
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from cabas.domain.customer import Shopper
from cabas.kernel.errors import CabasError, Conflict, InvalidInput, NotAllowed, NotFound, Unavailable
from cabas.surfaces.chat.arrive import elsewhere, go, product_page
from cabas.surfaces.chat.hear import PATH, hearing
from cabas.surfaces.chat.permalink import destination, parcel
from cabas.surfaces.chat.show import SlotPanel, Tongue, changed, glyph, sections, slot_panel, tight, turns
from cabas.surfaces.chat.texts import languages, negotiate, text
from cabas.surfaces.chat.wire import (
    BODY_MAX_BYTES,
    Asked,
    Opened,
    Said,
    Talk,
    Tapped,
    read_fields,
    read_form,
    tap_value,
)
from cabas.surfaces.contract import Surface
from cabas.surfaces.guard import Guard, Limiter
from cabas.usecases.ports import Store, Transcriber
from cabas.usecases.talk.view import Alternative, View

HERE = Path(__file__).parent
CONVERSATION, LANGUAGE = "cabas_conversation", "cabas_language"
HANDLE_MAX = 200
COOKIE_SECONDS = 14 * 24 * 3600
STATUS: dict[type[CabasError], int] = {
    InvalidInput: 422,
    NotFound: 404,
    NotAllowed: 403,
    Conflict: 409,
    Unavailable: 503,
}

_pages = Environment(
    loader=FileSystemLoader(HERE / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    auto_reload=False,
)


class _Icon(str):
    """A sign of the sprite. The page has a hundred; `name` comes from templates alone, so it needs no escaping."""

    __slots__ = ()

    def __html__(self) -> str:
        """What Jinja writes for it."""
        sprite = f"/chat/static/glyphs.svg#{self}"
        return f'<svg class="icon" aria-hidden="true" focusable="false"><use href="{sprite}"></use></svg>'


_pages.globals.update(
    icon=_Icon, glyph=glyph, sections=sections, turns=turns, tight=tight, languages=languages(), words=text
)


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that went wrong, as the page says it: our sentence by `code`, the error's own words as detail."""

    code: str
    detail: str = ""
    status: int = 200


@dataclass(frozen=True, slots=True)
class Scene:
    """One rendering: the view, and what is unfolded, fresh or wrong in it."""

    view: View
    locale: str
    touched: tuple[str, ...] = ()
    fresh: tuple[str, ...] = ()
    line: str = ""
    alternatives: tuple[Alternative, ...] = ()
    slots: SlotPanel | None = None
    trouble: Trouble | None = None
    said: bool = False
    toast: str = ""
    stores: Sequence[Store] = field(default=())
    shoppers: Sequence[Shopper] = field(default=())


class Chat:
    """The handlers, around the use cases of one shop."""

    def __init__(self, shop: Talk, new_key: Callable[[], str], *, hears: bool = False) -> None:
        self._shop, self._new_key, self._hears = shop, new_key, hears

    async def home(self, request: Request) -> Response:
        """The page, with what the address asks to unfold. Opens a conversation on the first visit."""
        if request.method == "HEAD":
            return HTMLResponse()  # a monitor asks whether we are here; that is no reason to start a conversation
        asked, wrong = Asked(), None
        try:
            asked = read_fields(dict(request.query_params), Asked)
        except InvalidInput as problem:
            wrong = _trouble(problem)
        locale = _locale(request, asked.lang)
        view, gone = await self._current(request, locale)
        scene = Scene(view, locale, trouble=wrong or gone, touched=_ids(asked.touched))
        try:
            if asked.lang and view.lang != locale.partition("-")[0]:
                scene = replace(scene, view=await self._shop.tap(view.conversation_id, "language", None, locale))
            scene = await self._unfold(scene, asked)
        except CabasError as problem:
            scene = replace(scene, trouble=_trouble(problem))
        return await self._render(request, scene)

    async def product(self, request: Request) -> Response:
        """A product's own page. Machines read it, too: it opens no conversation."""
        conversation = request.cookies.get(CONVERSATION, "")
        return await product_page(request, self._shop, _pages, conversation, _locale(request), _refused)

    async def go(self, request: Request) -> Response:
        """A link from elsewhere: where the shopper came from is remembered with the conversation."""
        if request.method == "HEAD":
            return RedirectResponse("/", 303)
        locale = _locale(request)
        try:
            view, _ = await self._current(request, locale)
            answer = await go(request, self._shop, view.conversation_id)
        except CabasError as problem:
            trouble = _trouble(problem)
            return _refused(request, trouble.code, trouble.status)
        return _remember(request, answer, Scene(view, locale))

    async def buy(self, request: Request) -> Response:
        """A link that names goods: they are put into the cart, no more. One that cannot be read asks for nothing."""
        where = destination(request.query_params)
        if request.method == "HEAD":
            return elsewhere(where)
        locale = _locale(request)
        try:
            asked = parcel(request.path_params.get("items", ""), request.query_params.multi_items())
            view, _ = await self._current(request, locale)
            view = await self._shop.bring(view.conversation_id, asked)
        except InvalidInput:
            return elsewhere("/")
        except CabasError as problem:
            trouble = _trouble(problem)
            return _refused(request, trouble.code, trouble.status)
        return _remember(request, elsewhere(where), Scene(view, locale))

    async def take_over(self, request: Request) -> Response:
        """A checkout that a platform began goes on here, as it is."""
        if request.method == "HEAD":
            return elsewhere("/")
        locale = _locale(request)
        try:
            view = await self._shop.take_over(request.path_params["handle"][:HANDLE_MAX])
        except CabasError as problem:
            trouble = _trouble(problem)
            return _refused(request, trouble.code, trouble.status)
        return _remember(request, elsewhere("/"), Scene(view, locale))

    async def open(self, request: Request) -> Response:
        """A new conversation, in the store and as the shopper chosen."""

        async def turn(locale: str) -> Scene:
            form = read_form(await request.body(), Opened)
            guests, shopper = await self._shop.shoppers(), form.shopper
            if shopper is None and request.cookies.get(CONVERSATION):
                before, _ = await self._current(request, locale)
                shopper = next((one.id for one in guests if one.name == before.shopper_name), None)
            if shopper and shopper not in {one.id for one in guests}:
                raise InvalidInput(f"There is no demo shopper {shopper!r}.", remedy="Choose one of the list.")
            view = await self._shop.open(locale, form.store or None, shopper or None, "web")
            return Scene(view, locale)

        return await self._answer(request, turn, "")

    async def say(self, request: Request) -> Response:
        """One utterance."""

        async def turn(locale: str) -> Scene:
            form = read_form(await request.body(), Said)
            view, _ = await self._current(request, locale)
            if form.text:
                before = view.cart
                view = await self._shop.say(view.conversation_id, form.text, form.channel)
                view, touched = await self._with_receipt(view), changed(before, view.cart)
                return Scene(view, locale, touched=touched, fresh=touched, said=True)
            return Scene(view, locale)

        return await self._answer(request, turn, "#talk")

    async def tap(self, request: Request) -> Response:
        """One touch. On a conversation that is gone nothing is done: the page starts anew and says so."""

        async def turn(locale: str) -> Scene:
            form = read_form(await request.body(), Tapped)
            view, gone = await self._current(request, locale)
            if gone is not None:
                return Scene(view, locale, trouble=gone)
            before = view.cart
            view = await self._shop.tap(view.conversation_id, form.action, form.line or None, tap_value(form))
            view = await self._with_receipt(view)
            said = form.action in ("checkout", "confirm", "cancel")
            fresh = changed(before, view.cart)
            scene = Scene(
                view, locale, touched=_ids(form.touched), fresh=fresh, said=said, toast="" if said else view.reply.text
            )
            when = form.action == "checkout" and view.pending is not None and view.pending.kind == "slot"
            return await self._unfold(scene, Asked("slots")) if when else scene

        return await self._answer(request, turn, "#cart")

    async def _answer(self, request: Request, turn: Callable[[str], Awaitable[Scene]], where: str) -> Response:
        """A post's answer: the fragments, or a redirect to the page. What went wrong is shown beside the cart as is."""
        locale = _locale(request)
        try:
            scene = await turn(locale)
        except CabasError as problem:
            view, _ = await self._current(request, locale)
            scene = Scene(view, locale, trouble=_trouble(problem))
        if _wants_fragment(request) or scene.trouble is not None:
            return await self._render(request, scene)
        if scene.slots is not None:
            where = "?panel=slots#slots"
        elif scene.view.pending is not None or scene.view.order is not None:
            where = "#talk"
        return _remember(request, RedirectResponse(f"/{where}", 303), scene)

    async def _current(self, request: Request, locale: str) -> tuple[View, Trouble | None]:
        """The conversation of the cookie; a new one when there is none, with a word when it was lost."""
        known = request.cookies.get(CONVERSATION, "")
        if known:
            try:
                return await self._shop.view(known), None
            except NotFound:
                return await self._shop.open(locale, None, None, "web"), Trouble("expired")
        return await self._shop.open(locale, None, None, "web"), None

    async def _with_receipt(self, view: View) -> View:
        """Thanks and small talk do not take the receipt away; a new cart does."""
        if view.order is not None or view.cart.lines:
            return view
        return replace(view, order=(await self._shop.view(view.conversation_id)).order)

    async def _unfold(self, scene: Scene, asked: Asked) -> Scene:
        view = scene.view
        if asked.panel == "alternatives" and asked.line:
            found = await self._shop.alternatives(view.conversation_id, asked.line)
            return replace(scene, line=asked.line, alternatives=tuple(found))
        if asked.panel == "slots":
            methods = view.store.methods
            method = asked.method or view.cart.method or (methods[0] if methods else "pickup")
            slots = await self._shop.slots(view.conversation_id, method, None)
            return replace(scene, slots=slot_panel(methods, slots, method, asked.day, view.cart))
        return scene

    async def _render(self, request: Request, scene: Scene) -> Response:
        whole = not _wants_fragment(request)
        if whole:
            scene = replace(scene, stores=await self._shop.stores(), shoppers=await self._shop.shoppers())
        now = self._shop.clock.now().astimezone(ZoneInfo(scene.view.store.timezone))
        page = _pages.get_template("page.html" if whole else "turn.html")
        html = page.render(
            s=scene,
            view=scene.view,
            cart=scene.view.cart,
            t=Tongue(scene.locale.partition("-")[0], now.date()),
            key=self._new_key(),
            hear=PATH if self._hears else "",
        )
        status = scene.trouble.status if scene.trouble else 200
        answer = HTMLResponse(html, status, headers={"cache-control": "no-store", "vary": "Cookie, Accept-Language"})
        return _remember(request, answer, scene)


def _locale(request: Request, asked: str = "") -> str:
    return negotiate(asked, request.cookies.get(LANGUAGE, ""), request.headers.get("accept-language", ""))


def _ids(text: str) -> tuple[str, ...]:
    return tuple(text.split())


def _wants_fragment(request: Request) -> bool:
    return request.headers.get("cabas-fragment") == "1"


def _trouble(problem: CabasError) -> Trouble:
    kind = next((kind for kind in STATUS if isinstance(problem, kind)), CabasError)
    return Trouble(kind.code, str(problem), STATUS.get(kind, 400))


def _remember(request: Request, answer: Response, scene: Scene) -> Response:
    """Keep conversation and language in cookies no script reads and no other site sends."""
    secure = request.url.scheme == "https"
    for name, value in ((CONVERSATION, scene.view.conversation_id), (LANGUAGE, scene.locale)):
        answer.set_cookie(name, value, COOKIE_SECONDS, path="/", secure=secure, httponly=True, samesite="lax")
    return answer


def _refusal(scope: Scope, code: str, status: int) -> Response:
    """A refusal before any use case ran: a small page, or the alert of a fragment."""
    request = Request(scope)
    locale = _locale(request)
    html = _pages.get_template("refusal.html").render(
        lang=locale.partition("-")[0], locale=locale, code=code, whole=not _wants_fragment(request)
    )
    return HTMLResponse(html, status)


def _refused(request: Request, code: str, status: int) -> Response:
    return _refusal(request.scope, code, status)


def routes(
    shop: Talk, *, new_key: Callable[[], str], limiter: Limiter | None = None, ears: Transcriber | None = None
) -> list[BaseRoute]:
    """The routes of the page over `shop`. `new_key` makes the idempotency key of a confirmation. Without `ears` only
    browsers that have their own can be spoken to.
    """
    chat = Chat(shop, new_key, hears=ears is not None)
    guard = [
        Middleware(Guard, limiter=limiter or Limiter(), body_max_bytes=BODY_MAX_BYTES, refuse=_refusal),
        Middleware(RequestBodyLimitMiddleware, max_body_size=BODY_MAX_BYTES),  # for bodies that state no length
    ]
    return [
        Route("/", chat.home, middleware=guard),
        Route("/p/{sku:path}", chat.product, middleware=guard),
        Route("/go/{code}", chat.go, middleware=guard),
        Route("/buy", chat.buy, middleware=guard),
        Route("/buy/", chat.buy, middleware=guard),
        Route("/buy/{items}", chat.buy, middleware=guard),
        Route("/continue/{handle}", chat.take_over, middleware=guard),
        Route("/chat/open", chat.open, methods=["POST"], middleware=guard),
        Route("/chat/say", chat.say, methods=["POST"], middleware=guard),
        Route("/chat/tap", chat.tap, methods=["POST"], middleware=guard),
        *([hearing(ears, _locale)] if ears is not None else []),
        Mount("/chat/static", StaticFiles(directory=HERE / "static"), middleware=[Middleware(Guard)]),
    ]


def _new_key() -> str:
    from uuid import uuid4

    return str(uuid4())


surface = Surface(
    name="chat",
    title="Voice page",
    path="/",
    routes=lambda premises: routes(premises.counter, new_key=_new_key, ears=premises.ears),
    own=True,
)
