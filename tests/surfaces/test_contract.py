"""Every way in keeps the same promises. A surface is a folder; nothing here names one.

A folder `surfaces/NAME/` has `wire.py`, `app.py` with `surface`, and `transcripts/*.json`. A transcript is a golden
flow: `{"title", "steps": [{"do": {method, path, headers?, form? | json?}, "expect": {status, headers?, has?, lacks?,
json?}}]}`, played in order by one client that keeps cookies. `has` and `lacks` are pieces of the body; `json` is the
whole body. The app it is played on is made by `stages/NAME.py`: `stage() -> Starlette`.
"""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path

import pytest
from starlette.testclient import TestClient

import cabas.surfaces
from cabas.surfaces.contract import Surface

FOLDER = Path(cabas.surfaces.__file__).parent
NAMES = sorted(path.parent.name for path in FOLDER.glob("*/app.py"))
TRANSCRIPTS = sorted(FOLDER.glob("*/transcripts/*.json"))


@pytest.mark.parametrize("name", NAMES)
def test_a_surface_folder_is_complete(name: str) -> None:
    surface = import_module(f"cabas.surfaces.{name}.app").surface
    assert isinstance(surface, Surface)
    assert surface.name == name
    assert surface.path.startswith("/")
    assert (FOLDER / name / "wire.py").is_file()
    assert list((FOLDER / name / "transcripts").glob("*.json")), "record a flow in transcripts/"


def test_no_two_surfaces_answer_the_same_address() -> None:
    paths = [import_module(f"cabas.surfaces.{name}.app").surface.path for name in NAMES]
    assert len(paths) == len(set(paths))


@pytest.mark.parametrize("path", TRANSCRIPTS, ids=lambda path: f"{path.parts[-3]}-{path.stem}")
def test_a_transcript_plays_as_recorded(path: Path) -> None:
    stage = import_module(f"stages.{path.parts[-3]}").stage
    steps = json.loads(path.read_text("utf-8"))["steps"]
    with TestClient(stage(), follow_redirects=False) as client:
        for number, step in enumerate(steps, 1):
            do, expect = step["do"], step["expect"]
            answer = client.request(
                do["method"], do["path"], headers=do.get("headers"), data=do.get("form"), json=do.get("json")
            )
            place = f"{path.name}, step {number} ({do['method']} {do['path']})"
            assert answer.status_code == expect["status"], place
            for name, value in expect.get("headers", {}).items():
                assert answer.headers.get(name) == value, f"{place}: {name}"
            for piece in expect.get("has", ()):
                assert piece in answer.text, f"{place}: {piece!r} is missing"
            for piece in expect.get("lacks", ()):
                assert piece not in answer.text, f"{place}: {piece!r} should not be there"
            if "json" in expect:
                assert answer.json() == expect["json"], place
