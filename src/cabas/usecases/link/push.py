"""What a client sends before the shopper comes (RFC 9126): the request is kept here, the browser carries a name of it.

The name is good for ten minutes, and for one answer of the shopper.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta

from cabas.usecases.link.clients import Client, OAuthError
from cabas.usecases.link.ports import PUSHED, LinkDesk, Ticket, hashed

PREFIX = "urn:ietf:params:oauth:request_uri:"
PUSHED_LIFE = timedelta(minutes=10)
Fields = dict[str, str]
Resources = tuple[str, ...]
SECRETS = ("client_secret", "client_assertion", "client_assertion_type")


async def push(
    desk: LinkDesk, retailer_id: str, client: Client, asked: Fields, resources: Resources, now: datetime
) -> str:
    """Keep a request that was found in order, and give its name."""
    secret = desk.new_secret()
    kept = {name: value for name, value in asked.items() if name not in SECRETS} | {"client_id": client.id}
    about = {"asked": json.dumps(kept), "resources": json.dumps(resources)}
    await desk.links.issue(retailer_id, Ticket(PUSHED, hashed(secret), "", now, now + PUSHED_LIFE, about=about))
    return PREFIX + secret


async def pushed(
    desk: LinkDesk, retailer_id: str, asked: Fields, resources: Resources, now: datetime, *, answered: bool = False
) -> tuple[Fields, Resources]:
    """What is asked for: as it stands, or as it was pushed when only its name comes. `answered` uses the name up.

    Raises `OAuthError` for a name that is not of this client, too old, or used up.
    """
    name = asked.get("request_uri", "")
    if not name.startswith(PREFIX):
        return asked, resources
    where = (retailer_id, PUSHED, hashed(name.removeprefix(PREFIX)))
    ticket = await (desk.links.use(*where, now) if answered else desk.links.ticket(*where))
    known = json.loads(ticket.about["asked"]) if ticket is not None else {}
    good = ticket is not None and (answered or ticket.used_at is None) and now < ticket.expires_at
    if ticket is None or not good or known["client_id"] != asked.get("client_id"):
        raise OAuthError("This request_uri is used up, too old or not known.", remedy="Push the request again.")
    return known, tuple(json.loads(ticket.about["resources"]))
