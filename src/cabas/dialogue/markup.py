"""HTML as blocks of text, scripts and marked properties, in one linear pass that no page can make slow.

Why not a real parser: the tree construction of HTML is quadratic in depth (lexbor, which selectolax wraps, took 36
seconds for 100,000 nested divs here), and a recipe page needs no tree. What is read is bounded: `PAGE_MAX` characters,
`TAGS_MAX` tags; tags that are never closed cost nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape

PAGE_MAX, TAGS_MAX, BLOCKS_MAX, TEXT_MAX = 6_000_000, 40_000, 8_000, 2_000
_STACK_MAX, _LOOK_BACK, _ATTRIBUTES_MAX, _CAPTURES_MAX = 400, 60, 20_000, 4

_NAME = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9:-]{0,30})")
_ATTRIBUTE = re.compile(r"""([a-zA-Z_:@][\w:.-]{0,60})(?:\s*=\s*("[^"]*"|'[^']*'|[^\s"'>]+))?""")
_REST = re.compile(r"""[^>"']*+(?:"[^"]{0,9000}+"[^>"']*+|'[^']{0,9000}+'[^>"']*+)*+>""")
_SPACE = re.compile(r"[ \t\r\f\v\n]+")
_INGREDIENT = re.compile(r"ingr[eé]d", re.IGNORECASE)
_SERVINGS = re.compile(r"serving|yield|portion|nb_?-?pers|personne|convive|couvert|\bpers\b", re.IGNORECASE)
_PROPERTIES = {
    "recipeingredient": "ingredient", "ingredients": "ingredient", "ingredient": "ingredient", "recipeyield": "yield",
    "yield": "yield", "p-ingredient": "ingredient", "p-yield": "yield",
}  # fmt: skip

_VOID = frozenset("area base br col embed hr img input link meta param source track wbr".split())
_RAW = frozenset("script style noscript template iframe svg textarea math object".split())
_LISTS = frozenset("ul ol table dl".split())
HEADINGS = frozenset("h1 h2 h3 h4 h5 h6 legend caption summary".split())
_BLOCKS = HEADINGS | _LISTS | frozenset(
    """address article aside blockquote body button dd details dialog dir div dt fieldset figcaption figure footer form
    header hr li main menu nav option p pre section select tbody td tfoot th thead title tr""".split()
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch of text shown on its own. `tag` is the element it stood in, `shape` that with its classes; `marked`
    says that an element around it is named after ingredients; `row` numbers the table row (0: none), `group` the
    element that holds it and its like, such as the list of an item.
    """

    text: str
    tag: str
    shape: str
    marked: bool = False
    row: int = 0
    group: int = 0


@dataclass(frozen=True, slots=True)
class Markup:
    """A page in one pass. `scripts` are (attributes, text); `properties` are (name, text) with the names "ingredient",
    "yield" (microdata, RDFa, microformats) and "servings" (fields and classes that only look like it).
    """

    lang: str
    title: str
    blocks: tuple[Block, ...]
    scripts: tuple[tuple[str, str], ...]
    properties: tuple[tuple[str, str], ...]


Capture = tuple[str, list[str]]


@dataclass(slots=True)
class _Open:
    """An element that is open: its `tag`, the `block` its text belongs to, and whether (`atom`) all text inside is one
    list item. `captures` are the properties whose text ends with it.
    """

    tag: str
    block: str
    shape: str
    marked: bool = False
    atom: bool = False
    captures: tuple[Capture, ...] = ()
    serial: int = 0
    group: int = 0


class _Reader:
    """The pass itself; see `read`."""

    def __init__(self) -> None:
        self.stack: list[_Open] = [_Open("", "", "")]
        self.text: list[str] = []
        self.blocks: list[Block] = []
        self.scripts: list[tuple[str, str]] = []
        self.properties: list[tuple[str, str]] = []
        self.captures: list[Capture] = []
        self.titles: dict[str, str] = {}
        self.lang = ""
        self.row = 0
        self.serial = 0
        self.choosing = False  # inside a menu of servings

    def add(self, text: str) -> None:
        """Text of the element that is open."""
        text = unescape(text) if "&" in text else text
        self.text.append(text)
        for _, parts in self.captures:
            parts.append(text)

    def line(self, *, soft: bool) -> None:
        """The end of a block; inside a list item (`soft`) it is only a space."""
        for _, parts in self.captures:
            parts.append(" " if soft else "\n")
        if soft:
            self.text.append(" ")
            return
        text = joined(self.text)
        self.text.clear()
        top = self.stack[-1]
        if text and len(self.blocks) < BLOCKS_MAX:
            row = self.row if top.block in ("td", "th") else 0
            self.blocks.append(Block(text[:TEXT_MAX], top.block, top.shape, top.marked, row, top.group))
            if top.block in ("h1", "h2", "title"):
                self.titles.setdefault(top.block, text[:300])

    def open(self, tag: str, attributes: str) -> None:
        """A start tag."""
        if tag == "br":
            self.add("\n") if self.stack[-1].atom else self.line(soft=False)
            return
        if tag in _BLOCKS:
            self._close_siblings(tag)
            self.line(soft=self.stack[-1].atom and tag not in _LISTS and tag not in HEADINGS and tag != "li")
            self.row += tag == "tr"
        else:
            self._gap()
        said = _attributes(attributes)
        if tag == "html":
            self.lang = said.get("lang", said.get("xml:lang", ""))
        if tag == "meta" and said.get("property") == "og:title":
            self.titles.setdefault("og", said.get("content", "")[:300])
        captures = self._captured(tag, said)
        if tag in _VOID or attributes.endswith("/") or len(self.stack) >= _STACK_MAX:
            return
        self._push(tag, said, captures)

    def close(self, tag: str) -> None:
        """An end tag: the nearest open element of that name ends, and what was left open inside it."""
        for back in range(1, min(len(self.stack), _LOOK_BACK)):
            if self.stack[-back].tag == tag:
                self._pop(len(self.stack) - back)
                return

    def _push(self, tag: str, said: dict[str, str], captures: tuple[Capture, ...]) -> None:
        top = self.stack[-1]
        names = f"{said.get('class', '')} {said.get('id', '')}"
        marked = top.marked or (tag != "body" and bool(_INGREDIENT.search(names)))
        own = tag in _BLOCKS and not (top.atom and tag not in _LISTS and tag not in HEADINGS and tag != "li")
        block, shape = (tag, f"{tag}.{said.get('class', '')[:80]}") if own else (top.block, top.shape)
        atom = tag == "li" or (top.atom and tag not in _LISTS)
        self.serial += 1
        serial, group = (self.serial, top.serial) if own else (top.serial, top.group)
        self.stack.append(_Open(tag, block, shape, marked, atom, captures, serial, group))
        self.captures.extend(captures)

    def _pop(self, size: int) -> None:
        while len(self.stack) > size:
            top = self.stack[-1]
            if top.tag in _BLOCKS:
                self.line(soft=top.block != top.tag)
            else:
                self._gap()
            for capture in top.captures:
                self.captures = [one for one in self.captures if one is not capture]
                self._keep(capture[0], joined(capture[1]))
            self.stack.pop()

    def _close_siblings(self, tag: str) -> None:
        """`<li>`, `<p>`, `<td>`, ... end the one before them."""
        ends = {"li": ("li",), "td": ("td", "th"), "th": ("td", "th"), "tr": ("td", "th", "tr"), "option": ("option",),
                "dt": ("dt", "dd"), "dd": ("dt", "dd")}.get(tag, ("p",))  # fmt: skip
        for back in range(1, min(len(self.stack), 8)):
            entry = self.stack[-back]
            if entry.tag in ends:
                self._pop(len(self.stack) - back)
                return
            if entry.tag in _LISTS or (entry.tag in _BLOCKS and tag not in ("li", "tr")):
                return

    def _gap(self) -> None:
        """An inline tag: perhaps the border of a word, see `joined`."""
        if self.text and self.text[-1] != _GAP:
            self.text.append(_GAP)

    def _captured(self, tag: str, said: dict[str, str]) -> tuple[Capture, ...]:
        """The recipe properties an element carries. Those with their value in an attribute are kept at once."""
        classes = [name for name in said.get("class", "").split() if name.startswith("p-")]
        names = [*said.get("itemprop", "").split(), *said.get("property", "").split(), *classes]
        found = {kind for name in names if (kind := _PROPERTIES.get(re.split("[:/]", name)[-1].lower()))}
        if tag == "option" and self.choosing and "selected" in said:
            self._keep("servings", said.get("value", ""))
        fields = " ".join((said.get("class", ""), said.get("id", ""), said.get("name", ""), *said))
        if "yield" not in found and _SERVINGS.search(fields):
            numbers = [
                value for key, value in said.items() if value.isdigit() and (_SERVINGS.search(key) or key == "value")
            ]
            if numbers and (tag != "option" or "selected" in said):
                self._keep("servings", numbers[0])
            elif tag not in ("select", "form", "body", "option"):
                found.add("servings")
        if tag == "select":
            self.choosing = _SERVINGS.search(fields) is not None
        if said.get("content"):
            for kind in found:
                self._keep(kind, said["content"])
            return ()
        room = _CAPTURES_MAX - len(self.captures)
        return tuple((kind, []) for kind in sorted(found)[: max(0, room)])

    def _keep(self, name: str, text: str) -> None:
        if text and (name != "servings" or len(text) <= 60) and len(self.properties) < BLOCKS_MAX:
            self.properties.append((name, text[: 20 * TEXT_MAX]))


_GAP = "\0"


def read(html: str) -> Markup:
    """The blocks, scripts and properties of a page. Any text will do; nothing is ever raised."""
    reader, html = _Reader(), html[:PAGE_MAX].replace(_GAP, " ")
    at = tags = 0
    while at < len(html) and tags < TAGS_MAX:
        tags += 1
        start = html.find("<", at)
        start = len(html) if start < 0 else start
        if start > at:
            reader.add(html[at:start])
        found = _NAME.match(html, start)
        if found is None:
            at = _past_other(html, start)
            if at == start + 1 and start < len(html):
                reader.add("<")
            continue
        end = _tag_end(html, found.end())
        tag, attributes = found.group(2).lower(), html[found.end() : end].strip()
        at = end + 1
        if found.group(1):
            reader.close(tag)
        elif tag in _RAW:
            close = re.compile(f"</{tag}", re.IGNORECASE).search(html, at)
            stop = close.start() if close else len(html)
            if tag == "script":
                reader.scripts.append((attributes[:300], html[at:stop]))
            at = _tag_end(html, stop) + 1
        else:
            reader.open(tag, attributes)
    reader.scripts.extend(_SCRIPT.findall(html, at))
    reader._pop(1)
    reader.line(soft=False)
    titles = reader.titles
    title = titles.get("h1") or titles.get("og") or titles.get("title") or titles.get("h2", "")
    return Markup(reader.lang, title, tuple(reader.blocks), tuple(reader.scripts), tuple(reader.properties))


def joined(parts: list[str]) -> str:
    """Text put together, lines kept, other space squeezed. An inline tag parts "4" from "eggs", not "egg" from "s"."""
    text = "".join(parts)
    if _GAP in text:
        text = _WITHIN.sub(r"\1\2", text)
        text = _BETWEEN.sub(" ", text).replace(_GAP, "")
    lines = (_SPACE.sub(" ", line).strip() for line in text.split("\n"))
    return "\n".join(line for line in lines if line)


# Beyond the last tag that is read only data is looked for.
_SCRIPT = re.compile(r"<script([^>]{0,300})>([^<]*+(?:<(?!/script)[^<]*+)*+)</script", re.IGNORECASE)
_WITHIN = re.compile(rf"([^\W\d_]){_GAP}+((?:s|x|e|es)(?![^\W_]))")
_BETWEEN = re.compile(rf"(?<=[\w)]){_GAP}+(?=[\w(])")


def _attributes(text: str) -> dict[str, str]:
    if not text:
        return {}
    pairs = _ATTRIBUTE.findall(text[:_ATTRIBUTES_MAX])
    return {name.lower(): unescape(value.strip("\"'")) for name, value in reversed(pairs[:60])}


def _tag_end(html: str, at: int) -> int:
    """Where the tag ends: at ">", unless that stands in quotes."""
    found = _REST.match(html, at)
    end = found.end() - 1 if found else html.find(">", at)
    return end if end >= 0 else len(html)


def _past_other(html: str, start: int) -> int:
    """Past a comment, a doctype or a lonely "<"."""
    if html.startswith("<!--", start):
        end = html.find("-->", start + 4)
        return len(html) if end < 0 else end + 3
    if html.startswith(("<!", "<?"), start):
        return _tag_end(html, start) + 1
    return start + 1
