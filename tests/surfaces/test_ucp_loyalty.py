"""UCP: the loyalty membership of a linked shopper who agreed to it, and nobody else's."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from ucp_sdk.models.schemas.common import loyalty

from cabas.domain.consent import Said
from cabas.surfaces.ucp.profile import CAPABILITIES
from support.premises import Stage, an_agreement, stage_of
from support.shop import run
from support.ucp import Links, Platform, fits, lines, profile

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
