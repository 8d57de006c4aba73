"""The pictures in the documents: `make screenshots` writes them, nothing compares them."""

import os
from pathlib import Path

import pytest

FOLDER = os.environ.get("DOCS_IMAGES")
PICTURES = {
    "overview": "acme/",
    "environments": "acme/connectors/crm-mcp?tab=environments",
    "who": "acme/who?subject=user:alice",
    "record": "acme/audit?code=actor_not_granted",
}


@pytest.mark.skipif(not FOLDER, reason="only make screenshots asks for them")
def test_pictures_are_written(visit, office):
    office.play()
    dana = visit("dana")
    for name, address in PICTURES.items():
        page = dana.open(address)
        if name == "record":
            page.locator("tbody a").first.click()
            page.locator(".checks, .facts").first.wait_for()
        page.screenshot(path=Path(FOLDER) / f"{name}.png", clip={"x": 0, "y": 0, "width": 1280, "height": 720})
