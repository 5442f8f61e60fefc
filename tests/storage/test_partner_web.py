"""Asking partners' servers: public https addresses only, bounded, never elsewhere than asked."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import httpx2
import pytest

from cabas.kernel.errors import InvalidInput, Unavailable
from cabas.storage.pages import Limits
from cabas.storage.partner_web import PartnerWeb

seen: list[httpx2.Request] = []


async def public(host: str) -> Sequence[str]:
    return {"private.example": ["10.0.0.1"], "nowhere.example": []}.get(host, ["93.184.215.14"])


def answer(request: httpx2.Request) -> httpx2.Response:
    seen.append(request)
    if request.url.path == "/moved":
        return httpx2.Response(302, headers={"location": "https://other.example/"}, stream=httpx2.ByteStream(b""))
    return httpx2.Response(200, stream=httpx2.ByteStream(b"x" * 2000 if request.url.path == "/large" else b"{}"))


def web(**changes: object) -> PartnerWeb:
    seen.clear()
    return PartnerWeb(
        resolve=public,
        transport=httpx2.MockTransport(answer),
        limits=Limits(1000, 2.0, 0),
        **changes,  # type: ignore[arg-type]
    )


def test_a_document_is_read_from_the_address_that_was_checked() -> None:
    assert asyncio.run(web().get("https://partner.example/profile")) == b"{}"
    assert (seen[0].url.host, seen[0].headers["host"]) == ("93.184.215.14", "partner.example")


def test_what_is_sent_arrives_with_its_headers() -> None:
    assert asyncio.run(web().post("https://partner.example/told?a=1", {"webhook-id": "o.1"}, b"{}")) == 200
    assert (seen[0].method, seen[0].url.query, seen[0].headers["webhook-id"]) == ("POST", b"a=1", "o.1")


@pytest.mark.parametrize(
    "url",
    ["http://partner.example/", "https://private.example/", "https://nowhere.example/", "https://10.0.0.1:22/", "ftp://a",
     "https://user@partner.example/", "http://localhost/", "nonsense", ""],
)  # fmt: skip
def test_other_addresses_are_not_asked(url: str) -> None:
    with pytest.raises(InvalidInput):
        asyncio.run(web().get(url))
    assert seen == []


@pytest.mark.parametrize(("path", "why"), [("moved", "answered 302"), ("large", "larger than")])
def test_nothing_is_followed_and_nothing_is_endless(path: str, why: str) -> None:
    with pytest.raises(Unavailable, match=why):
        asyncio.run(web().get(f"https://partner.example/{path}"))
    assert len(seen) == 1


def test_the_machine_itself_is_asked_in_tests_only() -> None:
    assert asyncio.run(web(local=True).get("http://127.0.0.1:8000/profile")) == b"{}"
    with pytest.raises(InvalidInput):
        asyncio.run(web(local=True).get("http://10.0.0.1/profile"))
