"""A request with an idempotency key: answered once, and word for word the same when it is sent again.

The protocols differ in the statuses for a mismatch and in which answers they keep, so a surface says those; the rule is
one. An order has its own key row, written in its transaction (`Orders.place`): even if this answer is lost, sending the
request again finds the order.
"""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Mapping

from starlette.responses import Response

from cabas.surfaces.contract import Premises
from cabas.usecases.shop.ports import Stored

# Headers of an answer that are worth repeating; the others belong to one delivery of it.
KEPT_HEADERS = ("content-type", "location")
KEY_MAX = 255
REFUSALS = (401, 403, 429)

Answer = Callable[[], Awaitable[Response]]


def digest(method: str, path: str, body: bytes) -> str:
    """What a key is bound to: SHA-256 of method, path and the raw body."""
    return hashlib.sha256(b"\n".join((method.encode(), path.encode(), body))).hexdigest()


async def once(
    premises: Premises,
    platform: str,
    surface: str,
    key: str,
    request_hash: str,
    answer: Answer,
    *,
    replay_headers: Mapping[str, str] | None = None,
) -> Response:
    """The answer of `answer`, or the one this key was given before (with `replay_headers`). 5xx are never kept, nor is
    a refusal of who asks: nothing was done, and a better token may come.

    Raises `Conflict` with code "idempotency_mismatch" or "idempotency_in_flight", `Unavailable` when the store of
    answers does not answer: the request was not carried out then.
    """
    where = (premises.retailer, platform, surface, key)
    stored = await premises.answers.begin(*where, request_hash, premises.clock.now())
    if stored is not None:
        return Response(stored.body, stored.status, {**stored.headers, **(replay_headers or {})})
    try:
        response = await answer()
    except BaseException:
        await premises.answers.drop(*where)
        raise
    if response.status_code >= 500 or response.status_code in REFUSALS:
        await premises.answers.drop(*where)
        return response
    kept = {name: response.headers[name] for name in KEPT_HEADERS if name in response.headers}
    await premises.answers.finish(*where, Stored(response.status_code, bytes(response.body), kept))
    return response
