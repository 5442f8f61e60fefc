"""UCP: discovery, negotiation, and shopping from a search to an order, held against the official models."""

from __future__ import annotations

import pytest

from cabas.domain.catalog import Offer, Promotion
from cabas.kernel.money import Money
from support.premises import Stage, stage_of
from support.shop import run
from support.ucp import AT_HANDOVER, DRIVE, Platform, amounts, check_profile, codes, holds, lines


@pytest.fixture
def stage() -> Stage:
    return stage_of()


@pytest.fixture
def platform(stage: Stage) -> Platform:
    return Platform(stage)


def test_the_profile_says_what_the_shop_can_do(platform: Platform) -> None:
    answer = platform.client.get("/.well-known/ucp")
    document = answer.json()
    check_profile(document)
    assert answer.headers["cache-control"] == "public, max-age=3600"
    assert document["ucp"]["version"] == "2026-08-25"
    assert document["ucp"]["supported_versions"] == {"2026-04-08": "http://testserver/ucp/2026-04-08/.well-known/ucp"}
    assert [one["endpoint"] for one in document["ucp"]["services"]["dev.ucp.shopping"]] == [
        "http://testserver/ucp",
        "http://testserver/ucp/mcp",
    ]
    assert document["ucp"]["capabilities"]["dev.ucp.shopping.discount"][0]["extends"] == [
        "dev.ucp.shopping.checkout",
        "dev.ucp.shopping.cart",
    ]
    assert "d" not in document["keys"][0]


def test_an_older_profile_is_a_leaf_with_keys_under_their_older_name(platform: Platform) -> None:
    document = platform.client.get("/ucp/2026-04-08/.well-known/ucp").json()
    assert document["ucp"]["version"] == "2026-04-08"
    assert "supported_versions" not in document["ucp"]
    assert "dev.ucp.common.location.search" not in document["ucp"]["capabilities"]
    assert [one["kid"] for one in document["signing_keys"]] == [
        one["kid"] for one in platform.client.get("/.well-known/ucp").json()["keys"]
    ]


def test_a_product_is_found_looked_up_and_shown(platform: Platform) -> None:
    found = platform.do("POST", "/catalog/search", {"query": "lait"})
    assert [one["id"] for one in found["products"]] == ["milk", "milk2"]
    assert found["pagination"] == {"has_next_page": False, "total_count": 2}
    page = platform.do("POST", "/catalog/search", {"query": "lait", "pagination": {"limit": 1}})
    assert page["pagination"] == {"has_next_page": True, "total_count": 2, "cursor": "1"}
    again = {"query": "lait", "pagination": {"limit": 1, "cursor": "1"}}
    assert [one["id"] for one in platform.do("POST", "/catalog/search", again)["products"]] == ["milk2"]
    looked = platform.do("POST", "/catalog/lookup", {"ids": ["bread", "bread", "nothing"]})
    assert [one["id"] for one in looked["products"]] == ["bread"]
    assert looked["products"][0]["variants"][0]["inputs"] == [{"id": "bread", "match": "exact"}]
    shown = platform.do("POST", "/catalog/product", {"id": "apples"})["product"]
    assert shown["variants"][0]["quantity_unit"] == {"unit": "KGM", "scale": 3, "display_text": "kg", "increment": 1}
    assert platform.fails("POST", "/catalog/product", {"id": "nothing"}) == (200, "not_found")
    assert platform.fails("POST", "/catalog/search", {}) == (400, "invalid_request")
    assert platform.fails("POST", "/catalog/lookup", {"ids": [str(n) for n in range(51)]}) == (400, "request_too_large")
    assert platform.fails("POST", "/catalog/search", {"query": "x", "pagination": {"cursor": "?"}}) == (
        400,
        "invalid_cursor",
    )


def test_what_the_agreement_excludes_is_not_there(platform: Platform) -> None:
    assert platform.do("POST", "/catalog/search", {"query": "vin"})["products"] == []
    assert platform.do("POST", "/catalog/lookup", {"ids": ["wine"]})["products"] == []
    shown = platform.do("POST", "/checkout-sessions", {"line_items": lines(wine=1, milk=1)})
    assert [one["item"]["id"] for one in shown["line_items"]] == ["milk"]
    assert shown["status"] == "incomplete"


def test_a_cart_becomes_a_checkout_once_and_an_order(stage: Stage, platform: Platform) -> None:
    cart = platform.do("POST", "/carts", {"line_items": lines(milk=2, apples=750)})
    assert amounts(cart) == {"subtotal": 434, "total": 434}  # 2 x 1.05 + 0.75 kg x 2.99
    weighed = cart["line_items"][1]
    assert (weighed["item"]["price"], weighed["quantity"]) == (299, 750)
    begun = platform.do("POST", "/checkout-sessions", {"cart_id": cart["id"], "line_items": lines(soap=9)})
    assert [one["item"]["id"] for one in begun["line_items"]] == ["milk", "apples"]
    again = platform.ask("POST", "/checkout-sessions", {"cart_id": cart["id"], "line_items": []})
    assert (again.status_code, again.json()["id"]) == (200, begun["id"])
    assert (begun["status"], begun["cart_id"]) == ("incomplete", cart["id"])
    assert {one["type"] for one in begun["fulfillment"]["available_methods"]} == {"pickup", "shipping"}
    ready = platform.do(
        "PUT", f"/checkout-sessions/{begun['id']}", {"line_items": lines(milk=2, apples=750), "fulfillment": DRIVE}
    )
    assert ready["status"] == "ready_for_complete"
    group = ready["fulfillment"]["methods"][0]["groups"][0]
    assert group["selected_option_id"] == "drive"
    assert group["options"][0]["earliest_fulfillment_time"] == "2026-11-24T13:00:00+01:00"
    done = platform.do("POST", f"/checkout-sessions/{begun['id']}/complete", AT_HANDOVER)
    assert done["status"] == "completed"
    assert "continue_url" not in done
    assert stage.shop.free("milk") == 18
    order = platform.do("GET", f"/checkout-sessions/{begun['id']}")["order"]
    assert order["id"] == begun["id"]  # one session, one order


def test_a_completed_checkout_is_over(stage: Stage, platform: Platform) -> None:
    begun = platform.do("POST", "/checkout-sessions", {"line_items": lines(milk=1), "fulfillment": DRIVE})
    platform.do("POST", f"/checkout-sessions/{begun['id']}/complete", AT_HANDOVER)
    before = stage.shop.snapshot()
    assert platform.fails("POST", f"/checkout-sessions/{begun['id']}/cancel", key="") == (409, "session_completed")
    changed = {"line_items": lines(milk=9)}
    assert platform.fails("PUT", f"/checkout-sessions/{begun['id']}", changed, key="") == (409, "session_completed")
    again = platform.ask("POST", f"/checkout-sessions/{begun['id']}/complete", AT_HANDOVER, key="")
    assert again.status_code in (200, 409)
    assert stage.shop.snapshot() == before


def test_a_key_is_answered_once_and_word_for_word(stage: Stage, platform: Platform) -> None:
    body, key = {"line_items": lines(milk=1)}, "a-key-of-twenty-two-chars"
    first, second = (platform.ask("POST", "/checkout-sessions", body, key=key) for _ in range(2))
    assert (first.status_code, first.content) == (second.status_code, second.content)
    before = stage.shop.snapshot()
    assert platform.fails("POST", "/checkout-sessions", {"line_items": lines(milk=2)}, key=key) == (
        409,
        "idempotency_mismatch",
    )
    assert stage.shop.snapshot() == before


def test_what_is_sold_out_is_told_and_not_sold(stage: Stage, platform: Platform) -> None:
    stage.shop.stock("bread", 0)
    shown = platform.do("POST", "/checkout-sessions", {"line_items": lines(milk=1, bread=1), "fulfillment": DRIVE})
    assert [one["item"]["id"] for one in shown["line_items"]] == ["milk"]
    assert codes(shown) == ["out_of_stock"]
    assert platform.fails("POST", "/checkout-sessions", {"line_items": lines(bread=1)}) == (200, "out_of_stock")
    assert platform.fails("POST", "/checkout-sessions", {"line_items": lines(nothing=1)}) == (200, "item_unavailable")


def test_a_promotion_is_an_automatic_discount_and_a_code_is_answered_honestly(stage: Stage, platform: Platform) -> None:
    run(stage.memory.fill.offers("halle", [Offer("pasta", "", Money(100), 0, Promotion("percent", 2000))]))
    body = {"line_items": lines(pasta=3), "discounts": {"codes": ["SUMMER"]}}
    shown = platform.do("POST", "/checkout-sessions", body)
    assert shown["discounts"] == {
        "codes": ["SUMMER"],
        "applied": [
            {
                "title": "Promotion : Pâtes 500 g",
                "amount": 60,
                "automatic": True,
                "allocations": [{"path": "$.line_items[0]", "amount": 60}],
            }
        ],
    }
    assert amounts(shown) == {"subtotal": 300, "items_discount": -60, "total": 240}
    assert "discount_code_invalid" in codes(shown)
    cleared = platform.do("PUT", f"/checkout-sessions/{shown['id']}", body | {"discounts": {"codes": []}})
    assert (cleared["discounts"]["codes"], len(cleared["discounts"]["applied"])) == ([], 1)


def test_an_option_there_is_not_changes_nothing(stage: Stage, platform: Platform) -> None:
    begun = platform.do("POST", "/checkout-sessions", {"line_items": lines(milk=1), "fulfillment": DRIVE})
    before = stage.shop.snapshot()
    wrong = {
        "methods": [
            {"type": "pickup", "line_item_ids": ["1"], "groups": [{"id": "all", "selected_option_id": "never"}]}
        ]
    }
    asked = {"line_items": lines(milk=5), "fulfillment": wrong}
    shown = platform.do("PUT", f"/checkout-sessions/{begun['id']}", asked, key="")
    assert (codes(shown), shown["line_items"][0]["quantity"]) == (["invalid_fulfillment_option"], 1)
    assert stage.shop.snapshot() == before
    opened = platform.do("POST", "/checkout-sessions", {"line_items": lines(milk=1), "fulfillment": wrong})
    assert "invalid_fulfillment_option" in codes(opened)


def test_a_delivery_goes_to_an_address(platform: Platform) -> None:
    home = {"id": "home", "type": "shipping_address", "street_address": "1 rue des Lilas", "postal_code": "75012",
            "address_locality": "Paris", "address_country": "FR"}  # fmt: skip
    method = {"type": "shipping", "destinations": [home], "selected_destination_id": "home",
              "groups": [{"selected_option_id": "noon"}]}  # fmt: skip
    body = {"line_items": lines(milk=1), "fulfillment": {"methods": [method]}}
    shown = platform.do("POST", "/checkout-sessions", body)
    assert shown["status"] == "ready_for_complete"
    assert shown["fulfillment"]["methods"][0]["destinations"] == [home]
    assert amounts(shown) == {"subtotal": 105, "fulfillment": 490, "total": 595}
    total = shown["totals"][-1]
    assert sum(one["amount"] for one in total["lines"]) == total["amount"]
    bare = platform.do(
        "POST", "/checkout-sessions", {"line_items": lines(milk=1), "fulfillment": {"methods": [{"type": "shipping"}]}}
    )
    assert "address_needed" in codes(bare)


def test_a_line_in_another_unit_is_refused_alone(platform: Platform) -> None:
    item = {"id": "apples", "quantity_unit": {"unit": "C62", "display_text": "piece"}}
    body = {"line_items": [{"item": item, "quantity": 3}, *lines(milk=1)]}
    shown = platform.do("POST", "/carts", body)
    assert ([one["item"]["id"] for one in shown["line_items"]], codes(shown)) == (["milk"], ["quantity_unit_mismatch"])


def test_consent_is_asked_for_by_name_and_never_presumed(stage: Stage, platform: Platform) -> None:
    shown = platform.do("POST", "/checkout-sessions", {"line_items": lines(milk=1)})
    offered = shown["buyer"]["consent"]
    assert {name: (one["granted"], one["source"]) for name, one in offered.items()} == {
        "dev.ucp.consent.preferences": (False, "business"),
        "dev.ucp.consent.marketing": (False, "business"),
    }
    said = {
        "dev.ucp.consent.marketing": {"granted": True, "source": "platform"},
        "com.other": {"granted": True, "source": "platform"},
    }
    again = platform.do(
        "PUT",
        f"/checkout-sessions/{shown['id']}",
        {"line_items": lines(milk=1), "buyer": {"email": "a@b.example", "consent": said}},
    )
    assert again["buyer"]["consent"]["dev.ucp.consent.marketing"]["source"] == "platform"
    assert run(stage.memory.conversations.load("halle", shown["id"])).session.consents == {"marketing": True}
    older = Platform(stage, endpoint="/ucp/2026-04-08").ask("POST", "/checkout-sessions", {"line_items": lines(milk=1)})
    assert older.json()["buyer"]["consent"] == {"preferences": False, "marketing": False}


def test_stores_are_found_and_looked_up(platform: Platform) -> None:
    found = platform.do("POST", "/locations/search", {"query": "nation"})
    assert [one["id"] for one in found["locations"]] == ["s1"]
    looked = platform.do("POST", "/locations/lookup", {"ids": ["s1", "s9"]})
    assert [(one["id"], one["inputs"]) for one in looked["locations"]] == [("s1", [{"id": "s1"}])]


def test_answers_are_signed_by_a_published_key(platform: Platform) -> None:
    key = platform.client.get("/.well-known/ucp").json()["keys"][0]
    answer = platform.ask("POST", "/checkout-sessions", {"line_items": lines(milk=1)})
    holds(key, answer.headers, answer.content, {"@status": "201"})
    refused = platform.ask("POST", "/checkout-sessions", {})
    holds(key, refused.headers, refused.content, {"@status": "400"})
