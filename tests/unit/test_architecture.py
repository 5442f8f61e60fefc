import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_picture_of_the_architecture_is_the_code_s() -> None:
    script = ROOT / "docs" / "draw_architecture.py"
    done = subprocess.run([sys.executable, str(script), "--check"], check=False)
    assert done.returncode == 0, "Run `python docs/draw_architecture.py` and commit the page."
