"""Writes the reference pages anew from the code: `make reference`. A test holds them to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from tests.docs import cli_page, contract_pages, error_page, pack_page, setting_page, verb_page

FOLDER = Path(__file__).parents[2] / "docs" / "reference"
PAGES: Mapping[str, Callable[[], str]] = {
    "contract.md": contract_pages.contract_page,
    "vocabulary.md": contract_pages.vocabulary_page,
    "elements.md": contract_pages.elements_page,
    "expressions.md": contract_pages.expressions_page,
    "errors.md": error_page.error_page,
    "cli.md": cli_page.cli_page,
    "packs.md": pack_page.pack_page,
    "settings.md": setting_page.setting_page,
    "verbs.md": verb_page.verb_page,
}
"""Page → what makes it."""


def main() -> None:
    """Write every page."""
    for name, page in PAGES.items():
        (FOLDER / name).write_text(page(), "utf-8")


if __name__ == "__main__":
    main()
