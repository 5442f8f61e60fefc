"""What the tests of the surfaces share: the scripted shop is importable, and a page can be served to a browser."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
