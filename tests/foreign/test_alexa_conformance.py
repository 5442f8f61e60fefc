"""Our reading of Alexa's signatures beside that of `alexa-verifier`, and our answers read by Amazon's own classes."""

from __future__ import annotations

import asyncio
import importlib
import json
import re
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import pytest
from starlette.testclient import TestClient

from cabas.kernel.errors import CabasError
from cabas.surfaces.alexa.manifest import Listing, manifest
from cabas.surfaces.alexa.signed import Signatures
from cabas.surfaces.alexa.texts import locales
from cabas.surfaces.alexa.wire import read
from foreign import HERE
from support.amazon import ADDRESS, SKILL, Authority, a_key, a_request, authority, pem, root, signature
from surfaces.test_alexa import alexa

NOW = datetime.now(UTC)
# "list[…]" and "dict(str, …)" of Amazon's type names.
OF_MANY = re.compile(r"(?:list\[|dict\(str, )(.+)[\])]")
LEAF = authority().leaf(starts=NOW - timedelta(days=2), ends=NOW + timedelta(days=2))
# What we do not believe and alexa-verifier does: it leaves dots in an address, and asks no authority for a certificate.
STRICTER = {"dots out of the folder", "another authority"}
BAD = {
    "another authority": Authority("Somebody").leaf(starts=NOW - timedelta(days=2), ends=NOW + timedelta(days=2)),
    "another host": authority().leaf(host="evil.example", starts=NOW - timedelta(days=2), ends=NOW + timedelta(days=2)),
    "over": authority().leaf(starts=NOW - timedelta(days=2), ends=NOW - timedelta(days=1)),
    "not yet": authority().leaf(starts=NOW + timedelta(days=1), ends=NOW + timedelta(days=2)),
}


def a_body(seconds: int = 0, **parts: Any) -> str:
    return json.dumps(a_request(at=f"{NOW - timedelta(seconds=seconds):%Y-%m-%dT%H:%M:%SZ}", **parts))


def vector(name: str, body: str, *, url: str = "", signed: str | None = None, chain: Any = LEAF) -> dict[str, Any]:
    """One request. Each has an address of its own, as the verifier keeps what it fetched."""
    url = url or ADDRESS.replace("12", f"{name.replace(' ', '-')}")
    return {
        "name": name, "url": url, "signature": signature(body.encode()) if signed is None else signed, "body": body,
        "pem": chain if isinstance(chain, str) else pem(chain).decode(),
    }  # fmt: skip


@cache
def vectors() -> list[dict[str, Any]]:
    body, addresses = a_body(), [
        "http://s3.amazonaws.com/echo.api/a.pem", "https://notamazon.com/echo.api/a.pem",
        "https://s3.amazonaws.com/EcHo.aPi/a.pem", "https://s3.amazonaws.com/invalid.path/a.pem",
        "https://s3.amazonaws.com:563/echo.api/a.pem",
    ]  # fmt: skip
    return [
        vector("good", body),
        vector("with a port", body, url="https://s3.amazonaws.com:443/echo.api/port.pem"),
        vector("normalized", body, url="https://s3.amazonaws.com/echo.api/../echo.api/normalized.pem"),
        vector("French", a_body(intent="OrderIntent", kind="IntentRequest", slots={"wish": "du pâté et des œufs"})),
        vector("140 seconds", a_body(140)),
        vector("160 seconds", a_body(160)),
        vector("no time", json.dumps({"request": {}})),
        vector("not JSON", "hello"),
        vector("a space more", f"{body} ", signed=signature(body.encode())),
        vector("another skill", body.replace(SKILL, "amzn1.ask.skill.other"), signed=signature(body.encode())),
        vector("a stranger's key", body, signed=signature(body.encode(), a_key("a stranger's"))),
        vector("not Base64", body, signed="%%%"),
        vector("no signature", body, signed=""),
        vector("half a signature", body, signed=signature(body.encode())[:100]),
        *(vector(f"address {number}", body, url=url) for number, url in enumerate(addresses)),
        *(vector(name, body, chain=chain) for name, chain in BAD.items()),
        vector("no certificate", body, chain="<html>"),
        vector("dots out of the folder", body, url="https://s3.amazonaws.com/echo.api/../evil/a.pem"),
    ]


def ours(one: dict[str, Any]) -> bool:
    async def fetch(_: str) -> bytes:
        return str(one["pem"]).encode()

    async def work() -> None:
        signatures = Signatures(fetch, lambda: NOW, [root()])
        await signatures.check(one["url"], one["signature"], one["body"].encode())
        signatures.check_time(read(one["body"].encode()).request.timestamp)

    try:
        asyncio.run(work())
    except CabasError:
        return False
    return True


@cache
def theirs() -> dict[str, bool]:
    if not (HERE / "node_modules" / "alexa-verifier").is_dir() or shutil.which("node") is None:
        pytest.skip("alexa-verifier is not installed: run `make conformance`")
    lines = "\n".join(json.dumps(one) for one in vectors())
    command = ["node", "verify_alexa.mjs", f"{NOW.timestamp() * 1000:.0f}"]
    told = subprocess.run(command, cwd=HERE, input=lines, capture_output=True, text=True, timeout=120, check=True)
    said = [json.loads(line) for line in told.stdout.splitlines()]
    return {one["name"]: not wrong for one, wrong in zip(vectors(), said, strict=True)}


@pytest.mark.parametrize("name", [one["name"] for one in vectors()])
def test_the_same_requests_are_believed(name: str) -> None:
    one = next(one for one in vectors() if one["name"] == name)
    assert ours(one) is (theirs()[name] and name not in STRICTER)


def test_some_are_believed_and_most_are_not() -> None:
    believed = {name for name, good in theirs().items() if good}
    assert believed == {"good", "with a port", "normalized", "French", "140 seconds", *STRICTER}
    assert len(vectors()) == 25


def deserialized(kind: Any, told: Any) -> Any:
    """The class of Amazon's for `told`; every key of it must be known to that class, and every value of its type."""
    kind = kind.get_real_child_model(told) and _class(kind.get_real_child_model(told)) if hasattr(
        kind, "get_real_child_model"
    ) else kind  # fmt: skip
    attributes = {wire: name for name, wire in kind.attribute_map.items()}
    unknown = set(told) - set(attributes)
    assert not unknown, f"{kind.__name__} has no {unknown}"
    for wire, value in told.items():
        declared = kind.deserialized_types[attributes[wire]]
        held = OF_MANY.fullmatch(declared)
        declared = held[1] if held else declared
        each = [value] if not held else list(value.values()) if isinstance(value, dict) else value
        if declared.startswith(("ask_sdk_model.", "ask_smapi_model.")):
            found = _class(declared)
            for one in each:
                if isinstance(one, dict):
                    deserialized(found, one)
                else:
                    assert one in [member.value for member in found], f"{kind.__name__}.{wire}: {one!r}"
        elif held and declared in ("str", "bool"):
            assert {type(one).__name__ for one in each} <= {declared}, f"{kind.__name__}.{wire}"
        elif declared in ("str", "bool"):
            assert type(value).__name__ == declared, f"{kind.__name__}.{wire}"
    return kind


def _class(path: str) -> Any:
    module, _, name = path.rpartition(".")
    return getattr(importlib.import_module(module), name)


def test_amazons_classes_read_every_answer() -> None:
    model = pytest.importorskip("ask_sdk_model", reason="ask-sdk-model is not installed: run `make conformance`")
    with alexa() as device:
        answers = [
            device.ask("LaunchRequest"),
            device.say("du lait et un savon"),
            device.ask(intent="UsualIntent"),
            device.ask(intent="AMAZON.FallbackIntent"),
            device.ask(intent="CheckoutIntent"),
            device.ask(intent="AMAZON.YesIntent"),
            device.ask(intent="AMAZON.YesIntent"),
            device.ask(intent="AMAZON.StopIntent"),
            device.ask("SessionEndedRequest"),
        ]
    assert isinstance(device.client, TestClient)
    assert "Commande" in answers[6]["response"]["card"]["title"]
    for told in answers:
        assert deserialized(model.ResponseEnvelope, told) is model.ResponseEnvelope
    with pytest.raises(AssertionError, match="speach"):
        deserialized(model.ResponseEnvelope, {"version": "1.0", "response": {"speach": {}}})


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # its documentation has stray backslashes
def test_amazons_classes_read_the_manifest() -> None:
    pytest.importorskip("ask_smapi_model", reason="ask-smapi-model is not installed (unreleased since 2023)")
    envelope = _class("ask_smapi_model.v1.skill.manifest.skill_manifest_envelope.SkillManifestEnvelope")
    icons = "https://shop.example/108.png", "https://shop.example/512.png"
    listing = Listing("https://shop.example", "https://shop.example/privacy", "https://shop.example/terms", icons)
    made = manifest(locales(), listing)
    assert deserialized(envelope, made) is envelope
    made["manifest"]["publishingInformation"]["categories"] = "SHOPPING"
    with pytest.raises(AssertionError, match="categories"):
        deserialized(envelope, made)
