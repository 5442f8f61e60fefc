"""The ingredient list as it is printed on a page: found by its heading, its names and its look, in any HTML.

A list is a run of blocks of one shape in which lines begin with amounts. Pages print it twice, break it up with
headings, mix it with buttons; what decides is how many lines read as ingredients.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from cabas.dialogue import locales
from cabas.dialogue.ingredients import Reader, reader_of, tidy
from cabas.dialogue.kitchen import phrases, tokens_of
from cabas.dialogue.markup import HEADINGS, Block
from cabas.dialogue.phrases import Phrases
from cabas.dialogue.spans import Tokens, covers, past

# A line of an ingredient list is short; a heading shorter; after so many strangers in a row the list has ended.
LINE_LENGTH, HEADING_LENGTH, STRANGERS, LISTS_MAX = 180, 60, 4, 40
# A pantry list stands so near behind the list.
NEAR = 60


@dataclass(frozen=True, slots=True)
class Printed:
    """A list found: its lines, how many of them carry an amount, and the blocks it stands in.

    `at_home` are lines the page prints apart, as what the cook is expected to have.
    """

    lines: tuple[str, ...]
    amounts: int
    start: int
    end: int
    at_home: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Taken:
    """A line taken, whether it has an amount, and the list it stands in."""

    line: str
    amount: bool
    list: tuple[str, int]


class Finder:
    """Finds printed lists in one language. Use `finder_of`."""

    def __init__(self, lang: str) -> None:
        page = locales.read(lang, "ingredients")["page"]
        self.reader: Reader = reader_of(lang)
        self._begins: Phrases[bool] = phrases(page["ingredients"])
        self._ends = phrases(page["after"])
        self._pantry = phrases(page["pantry"])
        self._noise = phrases(page["noise"])
        self._nutrition = phrases(page["nutrition"])
        self._servings = phrases(page["servings"])
        self._serves = phrases(page["serves"])

    def find(self, blocks: Sequence[Block]) -> Printed | None:
        """The best list of the page: the most lines with amounts, the first of equals; None when there is none.

        What the page asks to have at home ("in your pantry": oil, salt) goes with it.
        """
        rows = whole_rows(blocks)
        pairs = self._paired(rows)
        starts = [index for index, block in enumerate(pairs) if self.is_title(self._title_of(block.text)[0])]
        starts += [i for i, block in enumerate(pairs) if block.marked and not (i and pairs[i - 1].marked)]
        found = [made for start in starts[:LISTS_MAX] if (made := self._list(pairs, start)) is not None]
        if not found:
            return max(self._dense(rows), key=_rank, default=None)
        best = max(found, key=_rank)
        return replace(best, at_home=tuple(self._at_home(pairs, best)))

    def _at_home(self, blocks: Sequence[Block], best: Printed) -> list[str]:
        """The lines under a pantry title behind the list: amounts, and names that are foods (not "large pan")."""
        for start in range(best.start, min(len(blocks), best.end + NEAR)):
            block = blocks[start]
            if not covers(self._pantry, _words(block.text[:LINE_LENGTH])):
                continue
            lines: list[str] = []
            for item in blocks[start + 1 : start + 30]:
                if self.is_end(item) or item.tag in HEADINGS or len(item.text) > LINE_LENGTH:
                    break
                lines.extend(line for line in self._lines(item) if line not in best.lines and self._is_food(line))
            return lines
        return []

    def _is_food(self, line: str) -> bool:
        return self.reader.has_amount(line) or any(
            self.reader.names.known(tokens_of(one.food), edible=True) for one in self.reader.parse(line)
        )

    def _paired(self, blocks: Sequence[Block]) -> list[Block]:
        """The blocks with an amount that stands alone put before the name behind it: "30 g" | "fresh cheese"."""
        joined: list[Block] = []
        for block in blocks:
            last = joined[-1] if joined else None
            if last is not None and self._is_pair(last, block):
                joined[-1] = replace(block, text=f"{last.text} {block.text}")
            else:
                joined.append(block)
        return joined

    def _is_pair(self, amount: Block, name: Block) -> bool:
        if len(amount.text) > 20 or not name.marked or not amount.marked or len(name.text) > LINE_LENGTH:
            return False
        if name.tag in HEADINGS or amount.tag in HEADINGS or amount.tag != name.tag or amount.tag in ("option", "li"):
            return False
        tokens = tokens_of(tidy(amount.text))
        alone = len(tokens) == 1 and tokens[0].kind == "number"
        if alone:  # the unit may stand with the name: "200" | "g flour"
            return not name.text[:1].isdigit()
        return bool(self.reader.kitchen.whole(tokens)) and not self.reader.has_amount(name.text)

    def is_title(self, text: str) -> bool:
        """Whether the text says that ingredients follow."""
        if len(text) > HEADING_LENGTH:
            return False
        tokens = tuple(token for token in tokens_of(text) if not token.is_mark)
        end = past(self._begins, tokens, 0)
        return bool(tokens) and end > 0 and (end == len(tokens) or self._is_yield(tokens[end:]))

    def _title_of(self, text: str) -> tuple[str, str]:
        """A title and what stands behind its colon: "Ingredients: 2 eggs, 1 onion"."""
        title, colon, rest = text.partition(":")
        return (title, rest.strip()) if colon and len(title) <= HEADING_LENGTH else (text, "")

    def _is_yield(self, tokens: Tokens) -> bool:
        return any(self._servings.at(tokens, index) for index in range(len(tokens)))

    def is_end(self, block: Block) -> bool:
        """Whether the block titles what comes after the ingredients."""
        if len(block.text) > HEADING_LENGTH:
            return False
        tokens = tuple(token for token in tokens_of(block.text) if not token.is_mark and token.kind != "number")
        return covers(self._ends, tokens)

    def _list(self, blocks: Sequence[Block], start: int) -> Printed | None:
        """The list that begins after block `start`, up to the next section or too many strangers."""
        title, rest = self._title_of(blocks[start].text)
        index = start
        if self.is_title(title):
            lines = self.reader.lines(rest)
            if len(lines) > 1:  # the list stands in the paragraph of its title
                return Printed(lines, sum(map(self.reader.has_amount, lines)), start, start + 1)
            index += 1
        lists: dict[tuple[str, int], int] = {}
        taken: list[_Taken] = []
        strangers = 0
        while index < len(blocks) and strangers < STRANGERS + 4 * (not taken) and len(taken) < 300:
            block = blocks[index]
            index += 1
            if (taken or not block.marked) and (self.is_end(block) or self._ends_list(block)):
                break
            lines = self._lines(block)
            amounts = [self.reader.has_amount(line) for line in lines]
            key = (block.shape, block.group)
            if lines and (any(amounts) or lists.get(key) or (taken and all(map(self._is_food, lines)))):
                strangers = 0
                lists[key] = lists.get(key, 0) + sum(amounts)
                taken.extend(_Taken(line, amount, key) for line, amount in zip(lines, amounts, strict=True))
            elif not self._is_between(block):
                strangers += 1
        return self._made(taken, start, index)

    def _ends_list(self, block: Block) -> bool:
        words = _words(block.text[:LINE_LENGTH])
        return covers(self._pantry, words) or self._is_nutrition(words)

    def _made(self, taken: Sequence[_Taken], start: int, end: int) -> Printed | None:
        kept = self._once(taken)
        amounts = sum(one.amount for one in kept)
        if len(kept) < 2 or amounts * 3 < len(kept):
            return None
        return Printed(tuple(one.line for one in kept), amounts, start, end)

    def _once(self, taken: Sequence[_Taken]) -> Sequence[_Taken]:
        """A list that is printed twice in a row (US and metric, phone and desktop) only once."""
        cuts = [cut for cut in range(2, len(taken)) if taken[cut].list != taken[cut - 1].list]
        cuts = [cut for cut in cuts if abs(len(taken) - 2 * cut) <= cut // 4]
        foods = list(map(self._food, taken)) if cuts else []
        for cut in cuts:
            first, second = frozenset(foods[:cut]), frozenset(foods[cut:])
            if len(first & second) * 4 >= len(first | second) * 3:
                return taken[:cut]
        return taken

    def _food(self, one: _Taken) -> str:
        return next((found.food for found in self.reader.parse(one.line)), one.line)

    def _is_between(self, block: Block) -> bool:
        """A heading inside the list, a button, the number of servings: neither a line nor the end of the list."""
        if block.tag in HEADINGS or self.reader.is_heading(block.text):
            return True
        tokens = tokens_of(tidy(block.text))
        return not tokens or self._is_noise(block.text)

    def _is_noise(self, text: str) -> bool:
        words = _words(text)
        if not words or all(len(token.text) < 2 for token in words):
            return True
        if self._is_nutrition(words):
            return True
        if past(self._noise, words, 0) and len(words) < 6:
            return True
        served = self._servings.at(words, 0) or self._serves.at(words, 0)
        return served is not None and len(words) < 4

    def _is_nutrition(self, words: Tokens) -> bool:
        """ "Protein 15 g", "335 kcal": words of a nutrition table, and at most a unit."""
        end = past(self._nutrition, words, 0)
        return end > 0 and len(words) - end <= 1

    def _lines(self, block: Block) -> tuple[str, ...]:
        """The ingredient lines of a block: one, or several where it holds line breaks and each part has an amount."""
        parts = block.text.split("\n")
        if len(parts) > 1 and sum(map(self.reader.has_amount, parts)) < 2:
            parts = [" ".join(parts)]
        if block.tag in HEADINGS:
            return ()
        return tuple(
            part
            for part in parts
            if 1 < len(part) <= LINE_LENGTH and not self._is_noise(part) and not self.reader.is_heading(part)
        )

    def _dense(self, blocks: Sequence[Block]) -> list[Printed]:
        """Lists nobody titled: runs of one shape where at least half of the lines begin with an amount."""
        found: list[Printed] = []
        index = 0
        while index < len(blocks) and len(found) < LISTS_MAX:
            end = index
            alike = (blocks[index].shape, blocks[index].group)
            while end < len(blocks) and (blocks[end].shape, blocks[end].group) == alike:
                end += 1
            lines = [line for block in blocks[index:end] for line in self._lines(block)]
            amounts = sum(map(self.reader.has_amount, lines[:100]))
            if amounts >= 3 and amounts * 2 >= len(lines):
                found.append(Printed(tuple(lines), amounts, index, end))
            index = end
        return found


def whole_rows(blocks: Sequence[Block]) -> list[Block]:
    """The blocks with the short cells of a table row put together: "200 g" | "flour"."""
    joined: list[Block] = []
    for block in blocks:
        last = joined[-1] if joined else None
        row = last is not None and ((block.row and block.row == last.row) or (last.tag, block.tag) == ("dt", "dd"))
        if last is not None and row and len(last.text) + len(block.text) < LINE_LENGTH:
            joined[-1] = replace(last, text=f"{last.text} {block.text}")
        else:
            joined.append(block)
    return joined


def _words(text: str) -> Tokens:
    tokens = tokens_of(tidy(text))
    return tuple(token for token in tokens if not token.is_mark and token.kind != "number")


def _rank(one: Printed) -> tuple[int, int, int]:
    return one.amounts, -len(one.lines), -one.start


@lru_cache(maxsize=16)
def finder_of(lang: str) -> Finder:
    """The finder of a language, made once."""
    return Finder(lang)
