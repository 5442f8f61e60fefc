"""UCP: the loyalty membership of a linked shopper who agreed to it, and nobody else's."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from ucp_sdk.models.schemas.common import loyalty

from cabas.domain.consent import Said
from cabas.domain.discount import Discount
from cabas.kernel.money import Money
from cabas.surfaces.contract import Linked
from cabas.surfaces.ucp.profile import CAPABILITIES
from support.premises import Stage, an_agreement, stage_of
from support.shop import run
from support.ucp import AT_HANDOVER, DRIVE, Links, Platform, amounts, codes, fits, lines, profile

NAME = "example.shop.loyalty"
SHARES = """
[[data_sharing.shares]]
fields = ["loyalty_card"]
purpose = "loyalty"
"""
LINKED = {"Authorization": "Bearer openid+shop"}
BODY = {"line_items": lines(milk=1)}


def platform_of(stage: Stage, *without: str) -> Platform:
    names = [one.name for one in CAPABILITIES if one.name not in without]
    return Platform(stage, url=f"https://assistant.example/{len(without)}", document=profile(names=names))


@pytest.fixture
def stage() -> Stage:
    return stage_of(an_agreement("google", access=SHARES), url="https://shop.example", tokens=Links())


def agree(stage: Stage, purpose: str = "loyalty") -> None:
    before = stage.now - timedelta(days=1)
    said = Said(f"c-{purpose}", "camille", "google", purpose, granted=True, at=before, text_version="1", surface="link")
    run(stage.memory.consents.record("halle", said))


def ask(platform: Platform, kind: str = "checkout-sessions", **more: Any) -> dict[str, Any]:
    return platform.do("POST", f"/{kind}", BODY | more, **LINKED)


def test_a_member_who_agreed_is_shown_with_the_end_of_the_card(stage: Stage) -> None:
    agree(stage)
    shown = ask(platform_of(stage))
    assert shown["loyalty"] == {NAME: {"id": NAME, "name": "halle", "display_id": "****0001", "provisional": False}}
    assert "2980001" not in str(shown)
    fits(loyalty.Checkout, shown)
    assert ask(platform_of(stage), "carts")["loyalty"] == shown["loyalty"]


def test_the_program_may_be_claimed_by_who_is_known(stage: Stage) -> None:
    agree(stage)
    claimed = ask(platform_of(stage), context={"eligibility": [NAME, "com.example.club"]})
    told = [one["content"] for one in claimed["messages"] if one["code"] == "eligibility_not_accepted"]
    assert told == ["com.example.club"]


def test_without_consent_capability_or_card_nothing_is_told(stage: Stage) -> None:
    assert "loyalty" not in ask(platform_of(stage))
    agree(stage, "receipts")
    assert "loyalty" not in ask(platform_of(stage))
    agree(stage)
    assert "loyalty" not in ask(platform_of(stage, "dev.ucp.common.loyalty"))


def test_a_claim_alone_is_no_membership() -> None:
    stage = stage_of(url="https://shop.example")
    shown = Platform(stage).do("POST", "/checkout-sessions", BODY | {"context": {"eligibility": [NAME]}})
    assert "loyalty" not in shown
    assert "eligibility_not_accepted" in [one["code"] for one in shown["messages"]]


CLUB = Discount("CLUB", "Members' price", "percent", 1000, members=True, automatic=True)
CLAIM = BODY | {"context": {"eligibility": [NAME]}, "fulfillment": DRIVE}


def with_club(stage: Stage) -> Stage:
    run(stage.memory.discounts.keep("halle", [CLUB]))
    return stage


def test_a_member_who_is_known_pays_the_members_price(stage: Stage) -> None:
    with_club(stage)
    plain = ask(platform_of(stage), fulfillment=DRIVE)
    assert (amounts(plain)["total"], plain["discounts"]["applied"]) == (105, [])
    agree(stage)
    shown = ask(platform_of(stage), fulfillment=DRIVE)
    assert amounts(shown) == {"subtotal": 105, "discount": -11, "fulfillment": 0, "total": 94}
    (one,) = shown["discounts"]["applied"]
    assert (one["automatic"], one["eligibility"], one.get("provisional", False)) == (True, NAME, False)
    done = platform_of(stage).do("POST", f"/checkout-sessions/{shown['id']}/complete", AT_HANDOVER, **LINKED)
    order = run(stage.memory.orders.get("halle", done["order"]["id"]))
    assert (order.total, [one.code for one in order.discounts]) == (Money(94), ["CLUB"])


@pytest.fixture
def open_stage() -> Stage:
    """Anybody's platform, and Camille's account linked to it."""

    class Accounts:
        async def read(self, token: str, audience: str) -> Linked | None:
            return Linked("assistant", "camille", frozenset(token.split("+")))

    shares = an_agreement("assistant", is_open=True, access=SHARES)
    made = stage_of(shares, url="https://shop.example", tokens=Accounts())
    before = made.now - timedelta(days=1)
    said = Said("c", "camille", "assistant", "loyalty", granted=True, at=before, text_version="1", surface="link")
    run(made.memory.consents.record("halle", said))
    return with_club(made)


def test_a_claim_counts_until_the_order_and_is_proved_by_the_account(open_stage: Stage) -> None:
    platform = Platform(open_stage)
    shown = platform.do("POST", "/checkout-sessions", CLAIM)
    assert amounts(shown)["total"] == 94
    (one,) = shown["discounts"]["applied"]
    assert (one["provisional"], one["automatic"], one["eligibility"], "code" in one) == (True, True, NAME, False)
    assert shown["loyalty"] == {NAME: {"id": NAME, "name": "halle", "provisional": True}}
    fits(loyalty.Checkout, shown)
    assert codes(shown) == ["eligibility_accepted"]
    path, before = f"/checkout-sessions/{shown['id']}", dict(open_stage.memory.rows.orders)
    refused = platform.do("POST", f"{path}/complete", AT_HANDOVER)
    assert (refused["status"], refused["totals"]) == ("ready_for_complete", shown["totals"])
    assert [(one["type"], one["code"], one["severity"]) for one in refused["messages"]] == [
        ("error", "eligibility_invalid", "recoverable")
    ]
    assert open_stage.memory.rows.orders == before
    done = platform.do("POST", f"{path}/complete", AT_HANDOVER, **LINKED)
    assert (done["status"], amounts(done)["total"]) == ("completed", 94)
    assert not any(one.get("provisional") for one in done["discounts"]["applied"])


def test_a_claim_that_is_taken_back_is_ordered_at_everybodys_price(open_stage: Stage) -> None:
    platform = Platform(open_stage)
    shown = platform.do("POST", "/checkout-sessions", CLAIM)
    path = f"/checkout-sessions/{shown['id']}"
    assert amounts(platform.do("GET", path))["total"] == 94
    plain = platform.do("PUT", path, BODY | {"fulfillment": DRIVE})
    assert (amounts(plain)["total"], plain["discounts"]["applied"], codes(plain)) == (105, [], [])
    done = platform.do("POST", f"{path}/complete", AT_HANDOVER)
    assert (done["status"], amounts(done)["total"]) == ("completed", 105)


def test_an_account_without_a_card_proves_no_claim(open_stage: Stage) -> None:
    class Sacha:
        async def read(self, token: str, audience: str) -> Linked | None:
            return Linked("assistant", "sacha", frozenset(token.split("+")))

    open_stage.tokens = Sacha()
    platform = Platform(open_stage)
    shown = platform.do("POST", "/checkout-sessions", CLAIM)
    refused = platform.do("POST", f"/checkout-sessions/{shown['id']}/complete", AT_HANDOVER, **LINKED)
    assert ("eligibility_invalid" in codes(refused), open_stage.memory.rows.orders) == (True, {})


def test_nobody_says_the_code_of_members(open_stage: Stage) -> None:
    body = BODY | {"discounts": {"codes": ["CLUB"]}}
    shown = Platform(open_stage).do("POST", "/checkout-sessions", body)
    assert (amounts(shown)["total"], shown["discounts"]["applied"]) == (105, [])
    told = [one for one in shown["messages"] if one.get("path") == "$.discounts.codes[0]"]
    assert [one["type"] for one in told] == ["warning"]
