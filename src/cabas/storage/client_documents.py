"""`usecases.link.ports.ClientDocuments`: what is behind a client's id, fetched as carefully as anything of partners."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta

import msgspec

from cabas.kernel.clock import Clock
from cabas.kernel.errors import InvalidInput

SIZE_MAX = 10_000
KEPT, KEPT_FOR = 500, timedelta(minutes=10)


class JsonDocuments:
    """Documents by `get(url)`, kept for ten minutes. What could not be read is asked for again."""

    def __init__(self, get: Callable[[str], Awaitable[bytes]], clock: Clock) -> None:
        self._get, self._clock = get, clock
        self._kept: OrderedDict[str, tuple[datetime, Mapping[str, object]]] = OrderedDict()

    async def document(self, url: str) -> Mapping[str, object]:
        """The JSON object at `url`. Raises `InvalidInput` or `Unavailable`."""
        now = self._clock.now()
        known = self._kept.get(url)
        if known is not None and now < known[0] + KEPT_FOR:
            return known[1]
        body = await self._get(url)
        if len(body) > SIZE_MAX:
            raise InvalidInput(f"The document is larger than {SIZE_MAX // 1000} kB.", remedy="Serve a smaller one.")
        try:
            found = msgspec.json.decode(body, type=dict[str, object])
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise InvalidInput("The document is no JSON object.", remedy="Serve JSON there.") from error
        self._kept[url] = (now, found)
        self._kept.move_to_end(url)
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return found
