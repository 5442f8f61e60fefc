"""House rules that a linter does not know. Each failure names the place and the remedy."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
SOURCE = sorted((ROOT / "src").rglob("*.py"))
FILE_LINES_MAX, FUNCTION_LINES_MAX = 400, 60
# Words that speak of a workplace, not of the project.
FOREIGN = re.compile(r"/(?:work|tmp|root|home)/|\bTODO\b|\bFIXME\b|\bXXX\b|NotImplementedError")


def where(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_files_and_functions_are_small() -> None:
    offences = []
    for path in SOURCE:
        text = path.read_text(encoding="utf-8")
        lines = text.count("\n")
        if lines > FILE_LINES_MAX:
            offences.append(f"{where(path)}: {lines} lines; split it (at most {FILE_LINES_MAX})")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                if length > FUNCTION_LINES_MAX:
                    offences.append(f"{where(path)}:{node.lineno}: {node.name} has {length} lines; split it")
    assert not offences, "\n".join(offences)


def test_public_things_are_documented() -> None:
    offences = []
    for path in SOURCE:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        if tree.body and not ast.get_docstring(tree):
            offences.append(f"{where(path)}: say in a docstring what the module is for")
        offences += [
            f"{where(path)}:{node.lineno}: {node.name} needs a docstring, or a leading underscore"
            for node in tree.body
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
            and not node.name.startswith("_")
            and not ast.get_docstring(node)
        ]
    assert not offences, "\n".join(offences)


def test_the_repository_speaks_of_the_project_alone() -> None:
    files = [*SOURCE, *(ROOT / "docs").rglob("*.md"), *(ROOT / "bench").rglob("*.py"), *ROOT.glob("*.md")]
    offences = [
        f"{where(path)}:{number}: {line.strip()[:80]}"
        for path in files
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if FOREIGN.search(line)
    ]
    assert not offences, "\n".join(offences)


def test_no_test_patches_our_own_code_or_sleeps() -> None:
    patches, sleeps = "mock." + "patch", "time." + "sleep("
    offences = [
        where(path)
        for path in (ROOT / "tests").rglob("*.py")
        if any(word in path.read_text(encoding="utf-8") for word in (patches, sleeps))
    ]
    assert not offences, offences


def test_the_evaluation_sentences_are_not_in_the_repository() -> None:
    import json

    folder = ROOT.parent / "shared" / "eval" / "utterances"
    if not folder.is_dir():
        import pytest

        pytest.skip("the evaluation sets are not beside this checkout")
    said = {
        turn.lower().strip(" .!?")
        for path in folder.glob("dev_*.jsonl")
        for line in path.read_text(encoding="utf-8").splitlines()
        for turn in json.loads(line)["turns"]
        if len(turn.split()) > 4
    }
    kinds = ("*.py", "*.yaml", "*.json", "*.md", "*.toml")
    offences = [
        f"{where(path)}: {sentence}"
        for kind in kinds
        for folder in ("src", "tests", "docs", "bench", "agreements")
        for path in (ROOT / folder).rglob(kind)
        for text in [path.read_text(encoding="utf-8").lower()]
        for sentence in said
        if sentence in text
    ]
    assert not offences, "\n".join(offences)
