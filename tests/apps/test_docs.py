"""The pages about the command line say what it does."""

from __future__ import annotations

import runpy
from pathlib import Path

from support.command import Command

DOCS = Path(__file__).parents[2] / "docs"


def test_the_reference_is_of_these_commands() -> None:
    page = runpy.run_path(str(DOCS / "reference" / "write_command_line.py"))["page"]()
    written = (DOCS / "reference" / "command-line.md").read_text(encoding="utf-8")
    assert written == page, "Write it again: python docs/reference/write_command_line.py"


def test_the_import_goes_as_the_page_tells(cabas: Command, tmp_path: Path, retailer_id: str) -> None:
    text = (DOCS / "howto" / "import-your-catalog.md").read_text(encoding="utf-8")
    table, seen, done = (block.lstrip("\n") for block in text.split("```")[1::2] if block.startswith("\n"))
    file = tmp_path / "shop.tsv"
    file.write_text(table, encoding="utf-8")
    preview = cabas("catalog", "import", str(file), "--preview", "--retailer", retailer_id)
    assert preview.code == 0
    assert [line for line in seen.splitlines() if line not in preview.told] == []
    ran = cabas("catalog", "import", str(file), "--retailer", retailer_id)
    assert ran.code == 0
    assert done.splitlines()[0] in ran.told
    assert (tmp_path / "shop.tsv.rejects.csv").exists()
