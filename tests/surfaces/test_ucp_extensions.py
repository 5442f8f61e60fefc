"""UCP: the extensions of the shop, under its own name."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import jsonschema
import pytest

from cabas.kernel.money import Money
from cabas.surfaces.ucp.extensions import EXTENDS
from cabas.surfaces.ucp.profile import CAPABILITIES
from support.premises import Stage, an_agreement, stage_of
from support.shop import run, slot
from support.ucp import AT_HANDOVER, DRIVE, Links, Platform, check_profile, codes, lines, profile


@pytest.fixture
def stage() -> Stage:
    return stage_of()


@pytest.fixture
def platform(stage: Stage) -> Platform:
    return Platform(stage)


OWN = "example.shop.grocery"


def extended(stage: Stage, *names: str, **more: Any) -> Platform:
    """A platform that knows some of the shop's own extensions, at its public address."""
    listed = [one.name for one in CAPABILITIES] + [f"{OWN}.{name}" for name in names]
    return Platform(stage, document=profile(names=listed), **more)


def test_extensions_of_the_shop_are_published_under_its_name() -> None:
    platform = Platform(stage_of(url="https://shop.example"))
    document = platform.client.get("/.well-known/ucp").json()
    check_profile(document)
    entry = document["ucp"]["capabilities"][f"{OWN}.slots"][0]
    assert (entry["extends"], entry["spec"]) == (
        "dev.ucp.shopping.checkout",
        "https://shop.example/ucp/extensions/slots.md",
    )
    for name in EXTENDS:
        published = platform.client.get(f"/ucp/extensions/{name}.json").json()
        assert published["$id"] == f"https://shop.example/ucp/extensions/{name}.json"
        assert published["name"] in document["ucp"]["capabilities"]
        jsonschema.Draft202012Validator.check_schema(published)
        assert platform.client.get(f"/ucp/extensions/{name}.md").status_code == 200
    assert platform.client.get("/ucp/extensions/other.json").status_code == 404


def test_no_name_can_be_made_of_a_local_address(platform: Platform) -> None:
    assert not [
        one for one in platform.client.get("/.well-known/ucp").json()["ucp"]["capabilities"] if "grocery" in one
    ]
    assert platform.client.get("/ucp/extensions/slots.json").status_code == 404


def test_slots_and_the_most_an_order_may_cost_are_told_to_who_asks() -> None:
    stage = stage_of(url="https://shop.example")
    platform = extended(stage, "slots", "authorization")
    shown = platform.do("POST", "/checkout-sessions", {"line_items": lines(apples=1000), "fulfillment": DRIVE})
    for name in ("slots", "authorization"):
        schema = platform.client.get(f"/ucp/extensions/{name}.json").json()["$defs"]["dev.ucp.shopping.checkout"]
        jsonschema.validate(shown, schema)
    assert shown["slots"]["selected_slot_id"] == "drive"
    assert shown["authorization"] == {
        "estimated_total": {"amount": 299, "currency": "EUR"},
        "authorized_maximum": {"amount": 344, "currency": "EUR"},
    }
    plain = Platform(stage, url="https://other.example/p").do(
        "POST", "/checkout-sessions", {"line_items": lines(milk=1)}
    )
    assert not {"slots", "authorization", "age_gate"} & set(plain)


def test_a_chosen_slot_is_kept_until_a_told_moment_and_no_longer() -> None:
    stage = stage_of(url="https://shop.example")
    begun_at = stage.now
    body = {"line_items": lines(milk=1), "fulfillment": DRIVE}

    known: list[Platform] = []

    def at(minutes: int) -> Platform:
        stage.now = begun_at + timedelta(minutes=minutes)
        known.append(extended(stage, "slots"))
        return known[-1]

    def until(shown: dict[str, Any]) -> int | None:
        told = shown["slots"].get("held_until")
        return (datetime.fromisoformat(told) - begun_at) // timedelta(minutes=1) if told else None

    begun = at(0).do("POST", "/checkout-sessions", body)
    path = f"/checkout-sessions/{begun['id']}"
    schema = at(0).client.get("/ucp/extensions/slots.json").json()["$defs"]["dev.ucp.shopping.checkout"]
    jsonschema.validate(begun, schema)
    assert until(begun) == 30
    assert until(at(20).do("GET", path)) == 30
    assert until(at(20).do("PUT", path, body)) == 50
    late = at(50).do("GET", path)
    # Who waits longer has still chosen, and the place goes to whoever completes first.
    assert (until(late), late["slots"]["selected_slot_id"], late["status"]) == (None, "drive", "ready_for_complete")
    assert until(at(110).do("PUT", path, body)) == 120
    kept = at(120).do("PUT", path, body)
    assert (until(kept), kept["status"], stage.memory.rows.holds) == (None, "ready_for_complete", {})
    done = at(121).do("POST", f"{path}/complete", AT_HANDOVER)
    assert done["status"] == "completed"


def test_a_slot_that_is_gone_or_let_go_keeps_no_place() -> None:
    stage = stage_of(url="https://shop.example")
    stage.shop.add_slots(slot("last", stage.now + timedelta(hours=4), method="pickup", capacity=1, fee=Money(0)))
    last = {"methods": [{"type": "pickup", "groups": [{"selected_option_id": "last"}]}]}
    platform = extended(stage, "slots")
    first = platform.do("POST", "/checkout-sessions", {"line_items": lines(milk=1), "fulfillment": last})
    second = platform.do("POST", "/checkout-sessions", {"line_items": lines(milk=1), "fulfillment": DRIVE})
    assert set(stage.memory.rows.holds) == {
        ("halle", "s1", "last", first["id"]),
        ("halle", "s1", "drive", second["id"]),
    }
    body = {"line_items": lines(milk=1), "fulfillment": last}
    other = platform.do("PUT", f"/checkout-sessions/{second['id']}", body)
    assert (other["slots"].get("selected_slot_id"), other["status"]) == (None, "incomplete")
    assert set(stage.memory.rows.holds) == {("halle", "s1", "last", first["id"])}
    platform.do("POST", f"/checkout-sessions/{first['id']}/cancel")
    assert stage.memory.rows.holds == {}
    assert platform.do("PUT", f"/checkout-sessions/{second['id']}", body)["status"] == "ready_for_complete"


def test_an_age_is_confirmed_by_the_extension_and_never_presumed() -> None:
    stage = stage_of(an_agreement("assistant", is_open=True, excludes="Baby"), url="https://shop.example")
    body = {"line_items": lines(wine=1), "fulfillment": DRIVE}
    said = body | {"age_gate": {"confirmed": True}}
    other = Platform(stage, url="https://other.example/p")
    refused = other.do("POST", "/checkout-sessions", said)
    assert (refused["status"], codes(refused)) == ("requires_escalation", ["age_restricted"])
    platform = extended(stage, "age_gate")
    begun = platform.do("POST", "/checkout-sessions", body)
    assert begun["age_gate"] == {"minimum_age": 18, "confirmed": False, "proof_at_handover": True}
    ready = platform.do("PUT", f"/checkout-sessions/{begun['id']}", said)
    assert (ready["status"], ready["age_gate"]["confirmed"]) == ("ready_for_complete", True)


def test_habits_are_for_linked_shoppers_who_agreed() -> None:
    stage = stage_of(url="https://shop.example", tokens=Links())
    platform, before = extended(stage, "history"), stage.shop.snapshot()
    assert platform.fails("POST", "/history/usual", {}) == (403, "link_required")
    linked = {"Authorization": "Bearer openid+shop"}
    assert platform.fails("POST", "/history/usual", {}, **linked) == (403, "consent_required")
    assert Platform(stage, url="https://other.example/p").fails("POST", "/history/usual", {}) == (
        200,
        "capabilities_incompatible",
    )
    assert stage.shop.snapshot() == before


def test_what_to_do_when_a_line_is_gone_is_kept_with_the_order() -> None:
    stage = stage_of(url="https://shop.example")
    platform = extended(stage, "substitution")
    said = lines(milk=2, bread=1, soap=1)
    said[0]["substitution"], said[1]["substitution"] = {"policy": "ask"}, {"policy": "none"}
    begun = platform.do("POST", "/checkout-sessions", {"line_items": said, "fulfillment": DRIVE})
    assert [one.get("substitution") for one in begun["line_items"]] == [{"policy": "ask"}, {"policy": "none"}, None]
    schema = platform.client.get("/ucp/extensions/substitution.json").json()
    jsonschema.validate(begun, schema["$defs"]["dev.ucp.shopping.checkout"])
    again = lines(milk=3, bread=1, soap=1)
    again[1]["substitution"] = {"policy": "closest"}
    changed = {"line_items": again, "fulfillment": DRIVE}
    kept = platform.do("PUT", f"/checkout-sessions/{begun['id']}", changed)
    assert [one.get("substitution", {}).get("policy") for one in kept["line_items"]] == ["ask", "closest", None]
    done = platform.do("POST", f"/checkout-sessions/{begun['id']}/complete", AT_HANDOVER)
    order = run(stage.memory.orders.get("halle", done["order"]["id"]))
    assert [(line.sku, line.substitution) for line in order.lines] == [
        ("milk", "ask"),
        ("bread", "closest"),
        ("soap", ""),
    ]


def test_what_to_do_when_a_line_is_gone_is_said_by_the_extension_alone() -> None:
    stage = stage_of(url="https://shop.example")
    said = lines(milk=1)
    said[0]["substitution"] = {"policy": "ask"}
    plain = Platform(stage).do("POST", "/checkout-sessions", {"line_items": said})
    assert "substitution" not in plain["line_items"][0]
    assert run(stage.memory.conversations.load("halle", plain["id"])).cart.lines[0].substitution == ""
    said[0]["substitution"] = {"policy": "whatever"}
    before = dict(stage.memory.rows.conversations)
    wrong = extended(stage, "substitution", url="https://assistant.example/other")
    assert wrong.fails("POST", "/checkout-sessions", {"line_items": said}) == (400, "invalid_request")
    assert stage.memory.rows.conversations == before
