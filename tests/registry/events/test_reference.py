from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[3]


def test_the_reference_lists_every_finding() -> None:
    for folder, page in (("data/lifecycle", "certificate.md"), ("registry/events", "events.md")):
        text = (ROOT / "docs" / "reference" / page).read_text(encoding="utf-8")
        known = {
            code
            for file in (ROOT / "src" / "hexi" / folder).glob("*.py")
            for code in re.findall(
                r'(?:code=|_tampered\(\s*|Key,\s*|Signature,\s*)"([a-z]+\.[a-z-]+)"', file.read_text("utf-8")
            )
        }
        assert len(known) > 10
        assert {code for code in known if f"`{code}`" not in text} == set()
