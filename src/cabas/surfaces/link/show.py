"""Rendering of the pages, with the headers each answer needs."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from urllib.parse import urlencode, urlsplit
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from cabas.kernel.errors import CabasError, Unavailable
from cabas.surfaces.door import TooMany
from cabas.surfaces.link.texts import languages, negotiate, text, word
from cabas.usecases.link.clients import LOOPBACK

HERE = Path(__file__).parent
LANGUAGE = "cabas_language"
SCRIPT = "; script-src 'self'; connect-src 'self'"

_pages = Environment(
    loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
    lstrip_blocks=True, auto_reload=False,
)  # fmt: skip
_pages.globals.update(languages=languages(), words=text)


class Tongue:
    """The words of one language, as templates call them: `t("consent.title", platform=...)`."""

    def __init__(self, lang: str) -> None:
        self.lang = lang

    def __call__(self, path: str, **values: object) -> object:
        return text(self.lang, path, **values)

    def each(self, group: str, name: str) -> str:
        """A word of a group by a name that may hold dots."""
        return word(self.lang, group, name)

    def moment(self, at: datetime, zone: ZoneInfo) -> str:
        """A date and time, as clocks there show it."""
        return at.astimezone(zone).strftime(str(text(self.lang, "date")))


def language(request: Request, asked: str = "") -> str:
    """The language to answer in."""
    chosen = request.query_params.get("lang", ""), asked, request.cookies.get(LANGUAGE, "")
    return negotiate(*chosen, request.headers.get("accept-language", ""))


def page(
    request: Request, name: str, lang: str, *, status: int = 200, leads_to: str = "", script: bool = False,
    **values: object,
) -> HTMLResponse:  # fmt: skip
    """A page. `leads_to` is where its form may send the browser besides here: browsers hold redirects to it, too.
    `script` lets it run our own.
    """
    html = _pages.get_template(f"{name}.html").render(t=Tongue(lang), path=_path(request), **values)
    headers = {
        "cache-control": "no-store",
        "vary": "Cookie, Accept-Language",
        "content-security-policy": (
            "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'; "
            f"form-action 'self'{_source(leads_to)}{SCRIPT if script else ''}"
        ),
        # The client may have opened a window for this and waits for it.
        "cross-origin-opener-policy": "unsafe-none",
        "referrer-policy": "same-origin",
    }
    answer = HTMLResponse(html, status, headers)
    if "lang" in request.query_params:
        secure = request.url.scheme == "https"
        answer.set_cookie(LANGUAGE, lang, 14 * 24 * 3600, path="/", secure=secure, httponly=True, samesite="lax")
    return answer


def trouble(request: Request, lang: str, code: str, error: CabasError | None = None, status: int = 400) -> HTMLResponse:
    """A page that says what is wrong."""
    if isinstance(error, TooMany):
        code, status = "too_many_requests", 429
    elif isinstance(error, Unavailable):
        code, status = "unavailable", 503
    return page(request, "trouble", lang, status=status, code=code, detail=str(error) if error is not None else "")


def returns_here(redirect: str) -> bool:
    """Whether an address leads to an application on the shopper's own device."""
    parts = urlsplit(redirect)
    return parts.scheme not in ("http", "https") or parts.hostname in LOOPBACK


def _source(address: str) -> str:
    """An address as a source of a content security policy."""
    if not address:
        return ""
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https"):
        return f" {parts.scheme}:"
    return f" {parts.scheme}://{parts.netloc}"


def _path(request: Request) -> str:
    """Where the language is changed: here, with everything that was asked; the language itself comes last."""
    kept = [(name, value) for name, value in request.query_params.multi_items() if name != "lang"]
    return f"{request.url.path}?{urlencode([*kept, ('lang', '')])}"
