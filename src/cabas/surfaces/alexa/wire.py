"""What Alexa sends and gets: the parts of the custom skill envelope that are read, and those that are written.

Source: "Request and Response JSON Reference" of the Alexa Skills Kit, version "1.0".
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from pydantic.alias_generators import to_camel

from cabas.kernel.errors import InvalidInput

BODY_MAX_BYTES = 128 * 1024
VERSION = "1.0"
Name = Annotated[str, StringConstraints(min_length=1, max_length=400)]


class _Read(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, alias_generator=to_camel)


class Application(_Read):
    """The skill the request is for."""

    application_id: Name


class User(_Read):
    """Who enabled the skill. `access_token` is there once the account is linked."""

    access_token: str | None = Field(default=None, max_length=8_000)


class Attributes(_Read):
    """What we gave with the last answer and get back: the conversation's handle, and whether a question is open."""

    cabas: str = Field(default="", max_length=400)
    asking: bool = False


class Session(_Read):
    """One run of the skill, from its name to its end."""

    new: bool = False
    session_id: Name
    attributes: Attributes | None = None


class System(_Read):
    """Device and account. `api_access_token` is good for progressive responses while the request is answered."""

    application: Application
    user: User = User()
    api_endpoint: str = Field(default="", max_length=200)
    api_access_token: str = Field(default="", max_length=8_000)


class Context(_Read):
    """Where the request comes from."""

    system: System = Field(alias="System")


class Slot(_Read):
    """A piece of what was said."""

    value: str | None = Field(default=None, max_length=4_000)


class Intent(_Read):
    """What Alexa took the words for."""

    name: Name
    slots: dict[str, Slot] | None = None


class Request(_Read):
    """What happened. Alexa has more types than we answer."""

    type: Name
    request_id: Name
    timestamp: AwareDatetime
    locale: Annotated[str, StringConstraints(pattern=r"^[a-z]{2}(-[A-Z]{2})?$")] = "fr-FR"
    intent: Intent | None = None


class Envelope(_Read):
    """A request."""

    context: Context
    request: Request
    session: Session | None = None


def read(body: bytes) -> Envelope:
    """The request in a body. Raises `InvalidInput` that says which field cannot be used."""
    try:
        return Envelope.model_validate_json(body)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "the body"
        raise InvalidInput(f"{place}: {first['msg']}.", remedy="Send a request of a custom skill.") from None


def response(attributes: dict[str, Any] | None = None, **parts: object) -> dict[str, Any]:
    """A whole answer around the `parts` of its "response" (those that are None are left out)."""
    told = {"version": VERSION, "response": {name: part for name, part in parts.items() if part is not None}}
    return told if attributes is None else {**told, "sessionAttributes": attributes}
