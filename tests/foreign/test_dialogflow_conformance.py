"""The webhook of Dialogflow CX read and written by Google's own protobuf classes."""

from __future__ import annotations

from typing import Any

import pytest

from surfaces.test_dialogflow import SESSION, an_agent


@pytest.mark.filterwarnings("default")  # of Google's libraries
def test_googles_classes_make_our_requests_and_read_our_answers() -> None:
    wire = pytest.importorskip(
        "google.cloud.dialogflowcx_v3.types", reason="google-cloud-dialogflow-cx is not installed: `make conformance`"
    )
    from google.protobuf.json_format import MessageToDict, ParseDict, ParseError

    parameters: dict[str, Any] = {}
    said = [("welcome", ""), ("order", "du lait et un savon"), ("fallback", ""), ("order", "c'est tout"),
            ("order", "oui"), ("order", "oui")]  # fmt: skip
    with an_agent() as agent:
        for number, (tag, text) in enumerate(said):
            asked = wire.WebhookRequest(
                detect_intent_response_id=f"g{number}",
                language_code="fr",
                fulfillment_info=wire.WebhookRequest.FulfillmentInfo(tag=tag),
                intent_info=wire.WebhookRequest.IntentInfo(display_name="order", confidence=0.9),
                page_info=wire.PageInfo(display_name="Start"),
                session_info=wire.SessionInfo(session=SESSION, parameters=parameters),
                **({"transcript": text} if text else {}),
            )
            answer = agent.post(MessageToDict(wire.WebhookRequest.pb(asked)))
            assert answer.status_code == 200
            told = ParseDict(answer.json(), wire.WebhookResponse.pb(wire.WebhookResponse()))
            assert [message.WhichOneof("message") for message in told.fulfillment_response.messages] == [
                "text", "output_audio_text"
            ]  # fmt: skip
            parameters |= MessageToDict(told)["sessionInfo"].get("parameters", {})
        (order,) = agent.stage.memory.rows.orders.values()
    assert (parameters["cabas_order"], parameters["cabas_articles"]) == (order.number, 0)
    with pytest.raises(ParseError):
        ParseDict({"fulfillmentResponse": {"speech": "x"}}, wire.WebhookResponse.pb(wire.WebhookResponse()))
