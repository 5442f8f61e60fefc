"""Payments through Stripe, against a server that speaks its API (localstripe)."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest

pytest.importorskip("stripe")
pytest.importorskip("localstripe")
import stripe

from cabas.domain.payment import Payment, PaymentStatus
from cabas.extras.stripe_payments import StripePayments, StripeSettings
from cabas.kernel.errors import Conflict, InvalidInput, Unavailable
from cabas.kernel.money import Money
from cabas.usecases.shop.ports import PaymentAsk, PaymentDeclined

pytestmark = pytest.mark.anyio
KEY = "sk_test_12345"
GOOD, DECLINED, CONFIRMED = "4242424242424242", "4000000000000341", "4000002500003155"


def _free_port() -> int:
    with socket.socket(socket.AF_INET6) as probe:
        probe.bind(("::", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    port = _free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "localstripe", "--port", str(port), "--from-scratch"],
        cwd=tmp_path_factory.mktemp("stripe"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        deadline = time.monotonic() + 60
        while True:
            with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                break
            assert process.poll() is None, "localstripe did not start"
            assert time.monotonic() < deadline, "localstripe does not answer"
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


@pytest.fixture
def client(server: str) -> stripe.StripeClient:
    return stripe.StripeClient(KEY, base_addresses={"api": server})


@pytest.fixture
def payments(server: str) -> StripePayments:
    return StripePayments(StripeSettings(KEY, "acct_1", server))


def means(client: stripe.StripeClient, number: str) -> str:
    card: Any = {"type": "card", "card": {"number": number, "exp_month": 12, "exp_year": 2040, "cvc": "123"}}
    return client.v1.payment_methods.create(card).id


def ask(credential: str, amount: int = 2300, key: str = "session-1") -> PaymentAsk:
    return PaymentAsk("stripe", credential, Money(amount, "EUR"), key)


async def test_the_upper_amount_is_reserved_and_what_was_picked_is_taken(
    payments: StripePayments, client: stripe.StripeClient
) -> None:
    held = await payments.authorize("halle", ask(means(client, GOOD)))
    assert held == Payment("stripe", PaymentStatus.AUTHORIZED, Money(2300, "EUR"), held.reference, held.shown)
    intent = client.v1.payment_intents.retrieve(held.reference)
    assert (intent.status, intent.amount, intent.currency) == ("requires_capture", 2300, "eur")
    assert intent.to_dict()["metadata"] == {"retailer": "halle", "order": "session-1"}

    for _ in range(2):  # the second time it is taken already
        taken = await payments.capture("halle", held, Money(2175, "EUR"), "o1-1")
        assert taken == replace(held, status=PaymentStatus.CAPTURED)
    intent = client.v1.payment_intents.retrieve(held.reference, {"expand": ["latest_charge"]})
    assert intent.status == "succeeded"
    assert isinstance(intent.latest_charge, stripe.Charge)
    assert intent.latest_charge.amount - intent.latest_charge.amount_refunded == 2175
    with pytest.raises(Conflict):
        await payments.capture("halle", taken, Money(1, "EUR"), "o1-1")


async def test_what_is_let_go_of_is_gone_and_may_be_let_go_of_again(
    payments: StripePayments, client: stripe.StripeClient
) -> None:
    held = await payments.authorize("halle", ask(means(client, GOOD)))
    for _ in range(2):
        await payments.void("halle", held)
        assert client.v1.payment_intents.retrieve(held.reference).status == "canceled"
    with pytest.raises(PaymentDeclined):
        await payments.capture("halle", held, Money(100, "EUR"), "o2-1")


async def test_a_declined_card_is_the_shoppers_business(payments: StripePayments, client: stripe.StripeClient) -> None:
    with pytest.raises(PaymentDeclined) as said:
        await payments.authorize("halle", ask(means(client, DECLINED)))
    assert "declined" in said.value.message
    assert said.value.remedy == "Pay another way."


async def test_a_bank_that_wants_the_buyer_where_no_page_is(
    payments: StripePayments, client: stripe.StripeClient
) -> None:
    before = {one.id for one in client.v1.payment_intents.list()}
    with pytest.raises(PaymentDeclined) as said:
        await payments.authorize("halle", ask(means(client, CONFIRMED)))
    assert said.value.message == "The bank wants a confirmation that cannot be given here."
    made = [one.status for one in client.v1.payment_intents.list() if one.id not in before]
    assert made == ["canceled"]


@pytest.mark.parametrize("credential", ["4242424242424242", "pm_1/../..", "tok\nen", "cus_123", "pm_" + 200 * "1"])
async def test_what_is_no_token_goes_nowhere(
    payments: StripePayments, client: stripe.StripeClient, credential: str
) -> None:
    before = len(list(client.v1.payment_intents.list()))
    with pytest.raises(InvalidInput) as said:
        await payments.authorize("halle", ask(credential))
    assert said.value.code == "payment_credential"
    assert credential not in str(said.value)
    assert len(list(client.v1.payment_intents.list())) == before


async def test_an_unknown_token_is_declined_and_a_dead_server_is_said_so(payments: StripePayments) -> None:
    with pytest.raises(PaymentDeclined):
        await payments.authorize("halle", ask("pm_that_nobody_knows"))
    nobody = StripePayments(StripeSettings(KEY, api=f"http://127.0.0.1:{_free_port()}"))
    with pytest.raises(Unavailable):
        await nobody.authorize("halle", ask("pm_1"))


def test_settings_say_what_is_wrong_and_never_the_key() -> None:
    assert KEY not in repr(StripeSettings(KEY))
    assert (StripeSettings(KEY).live, StripeSettings("sk_live_1").live) == (False, True)
    with pytest.raises(InvalidInput, match="CABAS_STRIPE_KEY") as wrong:
        StripeSettings("pk_test_public")
    assert "pk_test_public" not in str(wrong.value)
    with pytest.raises(InvalidInput, match="CABAS_STRIPE_API"):
        StripeSettings(KEY, api="http://elsewhere.example")


def test_what_platforms_are_told(payments: StripePayments) -> None:
    (handler,) = payments.handlers("halle")
    assert (handler.id, handler.name) == ("stripe", "com.stripe.shared_payment_token")
    assert handler.config == {"psp": "stripe", "environment": "test", "merchant_id": "acct_1"}
