"""The optional parts an installation switched on, and what `cabas doctor` says of them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from cabas.apps.config import Config
from cabas.extras.llm import LlmReader
from cabas.storage.doctor import Check
from cabas.usecases.ports import Kinds, SecondReader


@dataclass(frozen=True, slots=True)
class Extras:
    """The parts that are on; None for those that are off, as all are by default."""

    reader: SecondReader | None = None
    kinds: Kinds | None = None


@asynccontextmanager
async def open_extras(config: Config) -> AsyncIterator[Extras]:
    """Open what `config` names, and close it again."""
    async with AsyncExitStack() as stack:
        reader = LlmReader(config.llm) if config.llm else None
        if reader is not None:
            stack.push_async_callback(reader.close)
        yield Extras(reader)


def report(config: Config) -> Iterator[Check]:
    """Which optional parts are on, and what is wrong with them."""
    if config.llm is None:
        yield Check(True, "Language model for leftover words: off (CABAS_LLM_URL, CABAS_LLM_MODEL).")
    else:
        where = f"{config.llm.model} at {config.llm.url}, {config.llm.seconds:g} s at most"
        yield Check(True, f"Language model for leftover words: on, {where}.")
