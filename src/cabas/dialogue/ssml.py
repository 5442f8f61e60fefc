"""What is spoken, as SSML: for surfaces whose voice wants it. Only what Alexa, Google and Azure all read is used:
`<speak>`, `<break>`, and `<say-as interpret-as="characters">` for order numbers. Prices, units and dates are words
already (`dialogue.say`), so that no voice guesses at them.
"""

from __future__ import annotations

import re
from xml.sax.saxutils import escape

from cabas.kernel.text import INVISIBLE

# Pauses in milliseconds: after a sentence, and before a question, so that one notices that it is one's turn.
AFTER_SENTENCE, BEFORE_QUESTION = 250, 400
# An order's number as `kernel.ids.order_number` makes it: groups of letters and digits with a hyphen between.
_NUMBER = re.compile(r"\b(?=[A-Z0-9-]*\d)[A-Z0-9]{3,}(?:-[A-Z0-9]{3,})+\b")
_END = re.compile(r"(?<=[.!?…])\s+(?=[^\s.!?…])")


def ssml(speech: str) -> str:
    """The speech as an SSML document, escaped, with pauses between its sentences."""
    sentences = [one for one in _END.split(INVISIBLE.sub(" ", speech).strip()) if one]
    parts: list[str] = []
    for place, sentence in enumerate(sentences):
        if place:
            pause = BEFORE_QUESTION if sentence.rstrip().endswith("?") else AFTER_SENTENCE
            parts.append(f'<break time="{pause}ms"/>')
        parts.append(_spelled(sentence))
    return f"<speak>{''.join(parts)}</speak>"


def _spelled(sentence: str) -> str:
    """The sentence, escaped, with order numbers read letter by letter."""
    told, end = [], 0
    for match in _NUMBER.finditer(sentence):
        told.append(escape(sentence[end : match.start()]))
        told.append(f'<say-as interpret-as="characters">{match[0].replace("-", " ")}</say-as>')
        end = match.end()
    told.append(escape(sentence[end:]))
    return "".join(told)
