"""The MCP Inspector, the protocol's own debugging client, from the command line: what it lists, calls and reads."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette

from cabas.apps.web import lifespan
from cabas.surfaces.mcp.app import routes
from foreign import program, run_program
from support.browser import serving
from support.premises import stage_of


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    program("mcp-inspector")

    @asynccontextmanager
    async def opened() -> AsyncIterator[Starlette]:
        yield Starlette(routes=routes(stage_of().premises), lifespan=lifespan)

    with serving(opened()) as url:
        yield f"{url}/mcp"


@pytest.fixture
def inspect(address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("HOME", str(tmp_path))  # it keeps a catalog of servers there

    def ask(method: str, *arguments: str) -> Any:
        told = run_program("mcp-inspector", "--cli", address, "--transport", "http", "--method", method, *arguments)
        assert told.returncode == 0, told.stderr[-2000:]
        return json.loads(told.stdout)

    return ask


def test_it_lists_what_there_is(inspect: Any) -> None:
    assert [one["name"] for one in inspect("tools/list")["tools"]] == [
        "order_in_words", "fill_cart", "view_cart", "add_recipe", "choose_slot", "place_order", "cancel_cart",
        "search_products", "get_products", "find_stores", "get_order", "my_usual",
    ]  # fmt: skip
    assert [one["uri"] for one in inspect("resources/list")["resources"]] == ["ui://cabas/cart.html"]
    assert [one["name"] for one in inspect("prompts/list")["prompts"]] == ["weekly_shop", "shop_for_recipe"]


def test_it_calls_a_tool(inspect: Any) -> None:
    found = inspect("tools/call", "--tool-name", "search_products", "--tool-arg", "query=lait", "locale=fr-FR")
    assert [one["sku"] for one in found["structuredContent"]["products"]] == ["milk", "milk2"]


def test_it_reads_the_cart_and_a_prompt(inspect: Any) -> None:
    (page,) = inspect("resources/read", "--uri", "ui://cabas/cart.html")["contents"]
    assert page["text"].startswith("<!doctype html>")
    (message,) = inspect("prompts/get", "--prompt-name", "weekly_shop", "--prompt-args", "people=4")["messages"]
    assert "for 4 people" in message["content"]["text"]
