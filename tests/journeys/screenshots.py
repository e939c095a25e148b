"""Take the pictures of the README and the guide anew: `python -m tests.journeys.screenshots`."""

from __future__ import annotations

import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from .conftest import chromium, serve_demo

FOLDER = Path(__file__).parents[2] / "docs" / "images"
VIEW = {"width": 1280, "height": 860}
PICTURES = {
    "home": "/en/",
    "home-zh": "/",
    "dataset-quality": "/en/datasets/enterprises.sample/quality/",
    "dataset-map": "/en/datasets/gansu.boundaries-county/map/",
    "plan": "/en/plan/plan-2015/",
    "certificate": "/en/datasets/gansu.airports/certificate/",
}


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as driver:
        browser = chromium(driver)
        for portal in serve_demo(Path(folder) / "node"):
            for name, path in PICTURES.items():
                page = browser.new_page(viewport=VIEW)
                page.goto(portal.address + path, wait_until="networkidle")
                taken = page.screenshot(path=FOLDER / f"{name}.png")
                print(f"{name}: {len(taken) / 1000:.0f} kB")
                page.close()
        browser.close()


if __name__ == "__main__":
    main()
