"""A request has a name that its answer, the log and whoever it asks in turn agree on."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.testclient import TestClient

from cabas.apps.tracing import Traced, keep_log, log
from cabas.kernel.errors import InvalidInput
from cabas.kernel.trace import Trace, begun, current

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
CHANCE = "a" * 32 + "b" * 16


async def _who(request: Request) -> Response:
    trace = current.get()
    assert trace is not None
    return PlainTextResponse(trace.header)


async def _broken(request: Request) -> Response:
    raise RuntimeError("secret")


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    keep_log(str(tmp_path / "log"))
    shop = Mount("/shop", routes=[Route("/orders/{id}", _who)])
    app = Starlette(routes=[shop, Route("/files/{path:path}", _who), Route("/no", _broken)])
    yield TestClient(Traced(app), raise_server_exceptions=False)
    keep_log("")


def lines(tmp_path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in (tmp_path / "log").read_text().splitlines()]


def test_a_trace_goes_on_and_a_name_is_kept(client: TestClient, tmp_path: Path) -> None:
    sent = {"traceparent": f"00-{TRACE}-{SPAN}-01", "X-Request-Id": "req-7"}
    answer = client.get("/shop/orders/o-123?token=hush", headers=sent)
    assert answer.headers["x-request-id"] == "req-7"
    version, trace, span, flags = answer.text.split("-")
    assert (version, trace, flags) == ("00", TRACE, "01")
    assert span != SPAN
    (line,) = lines(tmp_path)
    assert {name: line[name] for name in ("request", "trace", "span", "parent", "method", "path", "status")} == {
        "request": "req-7", "trace": TRACE, "span": span, "parent": SPAN, "method": "GET", "path": "/shop/orders/{id}",
        "status": 200,
    }  # fmt: skip
    assert "hush" not in (tmp_path / "log").read_text()
    assert current.get() is None


def test_what_has_no_name_gets_one(client: TestClient, tmp_path: Path) -> None:
    first, second = client.get("/shop/orders/1"), client.get("/shop/orders/1", headers={"X-Request-Id": "no\tname"})
    named = [answer.headers["x-request-id"] for answer in (first, second)]
    assert [len(name) for name in named] == [32, 32]
    assert named[0] != named[1]
    assert [line["request"] for line in lines(tmp_path)] == named


@pytest.mark.parametrize(
    "header",
    ["", "00", f"00-{TRACE}-{SPAN}", f"00-{'0' * 32}-{SPAN}-01", f"00-{TRACE}-{'0' * 16}-01", f"ff-{TRACE}-{SPAN}-01",
     f"00-{TRACE.upper()}-{SPAN}-01", "x" * 5000],
)  # fmt: skip
def test_nonsense_begins_a_trace_of_its_own(header: str) -> None:
    assert begun(header, "", CHANCE) == Trace("a" * 32, "a" * 32, "b" * 16)


def test_a_later_version_is_understood_by_its_beginning() -> None:
    assert begun(f"01-{TRACE}-{SPAN}-00-more", "r", CHANCE) == Trace("r", TRACE, "b" * 16, SPAN, "00")


def test_what_stands_in_an_address_stays_out_of_the_log(client: TestClient, tmp_path: Path) -> None:
    client.get("/files/a/secret/name")
    client.get("/sk_live_typed_in_the_wrong_place")
    assert [(line["path"], line["status"]) for line in lines(tmp_path)] == [("/files/{path}", 200), ("(unknown)", 404)]


def test_what_breaks_is_told_without_its_words(client: TestClient, tmp_path: Path) -> None:
    log.setLevel(logging.WARNING)  # as without a log
    assert client.get("/shop/orders/1").status_code == 200
    answer = client.get("/no")
    assert answer.status_code == 500
    (line,) = lines(tmp_path)
    assert (line["path"], line["status"], line["request"]) == ("/no", 500, answer.headers["x-request-id"])
    assert "secret" not in (tmp_path / "log").read_text()


def test_a_log_that_cannot_be_written_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="CABAS_LOG"):
        keep_log(str(tmp_path / "no-such-folder" / "log"))
