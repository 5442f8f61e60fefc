"""Draws docs/reference/architecture.md's picture from the imports that are really there.

python docs/draw_architecture.py          rewrites the picture
python docs/draw_architecture.py --check  exits 1 when it is out of date (a test calls it so)
"""

import ast
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "reference" / "architecture.md"
START, END = "<!-- drawn from the imports: start -->", "<!-- drawn from the imports: end -->"
LAYERS = (
    ("apps",),
    ("surfaces", "storage", "demo", "extras"),
    ("usecases",),
    ("agreement", "dialogue"),
    ("domain",),
    ("kernel",),
)


def arrows() -> Counter[tuple[str, str]]:
    """(from, to) -> how many import lines, between the rooms of src/cabas."""
    found: Counter[tuple[str, str]] = Counter()
    package = ROOT / "src" / "cabas"
    for path in package.rglob("*.py"):
        room = path.relative_to(package).parts[0]
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            modules = []
            if isinstance(node, ast.ImportFrom) and node.module and not node.level:
                modules = [node.module]
                if node.module == "cabas":
                    modules = [f"cabas.{alias.name}" for alias in node.names]
            elif isinstance(node, ast.Import):
                modules = [alias.name for alias in node.names]
            for module in modules:
                parts = module.split(".")
                if parts[0] == "cabas" and len(parts) > 1 and parts[1] != room and not room.endswith(".py"):
                    found[room, parts[1]] += 1
    return found


def picture() -> str:
    """A Mermaid diagram; arrows that only repeat a longer way down are left out."""
    found = arrows()
    level = {room: depth for depth, rooms in enumerate(LAYERS) for room in rooms}
    edges = sorted(found, key=lambda edge: (level[edge[0]], level[edge[1]], edge))
    short = [edge for edge in edges if not any((edge[0], mid) in found and (mid, edge[1]) in found for mid in level)]
    lines = ["```mermaid", "flowchart TD"]
    for depth, rooms in enumerate(LAYERS):
        lines.append(f"  subgraph L{depth} [ ]")
        lines += [f"    {room}" for room in rooms]
        lines.append("  end")
    lines += [f"  {source} --> {target}" for source, target in short]
    lines.append("```")
    return "\n".join(lines)


def main() -> int:
    """Rewrite the picture, or check it."""
    text = PAGE.read_text(encoding="utf-8")
    before, _, rest = text.partition(START)
    _, _, after = rest.partition(END)
    drawn = f"{before}{START}\n{picture()}\n{END}{after}"
    if "--check" in sys.argv:
        return int(drawn != text)
    PAGE.write_text(drawn, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
