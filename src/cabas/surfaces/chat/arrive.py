"""Where people arrive from feeds and videos: a product's own page, and links that are remembered."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote
from zoneinfo import ZoneInfo

from jinja2 import Environment
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from cabas.dialogue import say
from cabas.kernel.errors import CabasError
from cabas.kernel.money import exponent
from cabas.surfaces.chat.show import Tongue
from cabas.surfaces.chat.wire import Talk
from cabas.usecases.talk.arrive import Shelf

SKU_MAX, CODE_MAX = 100, 40
Locale = Callable[[Request], str]
Refuse = Callable[[Request, str, int], Response]


async def product_page(
    request: Request, shop: Talk, pages: Environment, conversation: str, locale: str, refuse: Refuse
) -> Response:
    """The page of one product, at its price of today; what machines read of it is schema.org's Product."""
    try:
        shelf = await shop.shelf(request.path_params["sku"][:SKU_MAX], conversation)
    except CabasError:
        return refuse(request, "not_found", 404)
    lang, product = locale.partition("-")[0], shelf.product
    now = shop.clock.now().astimezone(ZoneInfo(shelf.store.timezone))
    html = pages.get_template("product.html").render(
        shelf=shelf,
        name=product.name_in(lang),
        details=(product.brand, say.content(product, lang), say.per_unit(shelf.price, product, lang)),
        step=quote(product.sku, safe=""),
        data=structured(shelf),
        t=Tongue(lang, now.date()),
        locale=locale,
    )
    return HTMLResponse(html, headers={"cache-control": "no-store", "vary": "Cookie, Accept-Language"})


def structured(shelf: Shelf) -> dict[str, object]:
    """The product as schema.org has it: what Merchant Center compares with the feed."""
    product, digits = shelf.product, exponent(shelf.price.currency)
    said: dict[str, object] = {
        "@context": "https://schema.org",
        "@type": "Product",
        "sku": product.sku,
        "name": product.name,
        "offers": {
            "@type": "Offer",
            "price": f"{shelf.price.amount / 10**digits:.{digits}f}",
            "priceCurrency": shelf.price.currency,
            "availability": f"https://schema.org/{'InStock' if shelf.available else 'OutOfStock'}",
        },
    }
    if product.gtin:
        said["gtin"] = product.gtin
    if product.brand:
        said["brand"] = {"@type": "Brand", "name": product.brand}
    return said


async def go(request: Request, shop: Talk, conversation_id: str) -> RedirectResponse:
    """Follow a tracked link to the product; to the page when it leads nowhere any more."""
    sku = await shop.follow(request.path_params["code"][:CODE_MAX], conversation_id)
    return RedirectResponse(f"/p/{quote(sku, safe='')}" if sku else "/", 303)


def elsewhere(path: str) -> RedirectResponse:
    """On to a page of ours, without telling anybody by which link."""
    return RedirectResponse(path, 303, {"cache-control": "no-store", "referrer-policy": "no-referrer"})
