"""The shop as the tools use it: the caller of a request, and errors in the protocol's own form."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, ParamSpec, TypeVar

from mcp.server.mcpserver import Context
from mcp.server.mcpserver.exceptions import ResourceError, ResourceNotFoundError, ToolError
from starlette.requests import Request

from cabas.kernel.errors import CabasError, NotFound
from cabas.surfaces.contract import Premises
from cabas.usecases.shop.visit import Caller, Shopfront

P = ParamSpec("P")
R = TypeVar("R")
CALLER = "cabas.caller"


@dataclass(frozen=True, slots=True)
class Shop:
    """What the tools need."""

    premises: Premises

    @property
    def front(self) -> Shopfront:
        """The use cases' ports."""
        return self.premises.front

    def caller(self, ctx: Context[Any], locale: str = "") -> Caller:
        """Who calls, as the door found out before the request came here. `locale` is what the tool was told."""
        request: Request = ctx.request_context.request  # type: ignore[assignment]
        caller: Caller = request.scope[CALLER]
        return replace(caller, locale=locale) if locale else caller


def told(tool: Callable[P, Awaitable[R]]) -> Callable[P, Awaitable[R]]:
    """Errors that a person can mend become tool errors: what, and how to mend it, for the model to act on."""

    @functools.wraps(tool)
    async def wrapped(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return await tool(*args, **kwargs)
        except CabasError as error:
            raise ToolError(f"{error.code}: {error}") from error

    return wrapped


@contextmanager
def readable() -> Iterator[None]:
    """The same for resources."""
    try:
        yield
    except NotFound as error:
        raise ResourceNotFoundError(str(error)) from error
    except CabasError as error:
        raise ResourceError(f"{error.code}: {error}") from error


def fingerprint(*parts: str) -> str:
    """What an idempotency key is bound to."""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
