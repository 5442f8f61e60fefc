"""The reference is written from the code, and what the guides show is good."""

import re
from pathlib import Path

from cabas.agreement.agreement import check, kinds
from cabas.agreement.reference import reference

DOCS = Path(__file__).parent.parent.parent.parent / "docs"
COMMAND = "python -c 'from cabas.agreement.reference import reference; print(reference(), end=\"\")'"


def test_the_reference_is_up_to_date() -> None:
    written = (DOCS / "reference" / "agreement.md").read_text(encoding="utf-8")
    assert written == reference(), f"Run: {COMMAND} > docs/reference/agreement.md"


def test_the_reference_has_every_term() -> None:
    assert [name for name in kinds() if f"## [{name}]" not in reference()] == []


def test_the_guide_s_steps_make_a_good_agreement() -> None:
    guide = (DOCS / "howto" / "write-an-agreement.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```toml\n(.*?)```", guide, re.DOTALL)
    assert len(blocks) == 3
    assert check("\n".join(line.strip() for block in blocks for line in block.splitlines())) == []
    assert COMMAND in guide
