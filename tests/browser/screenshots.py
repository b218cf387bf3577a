"""Pictures of every page at a desk and on a phone: ``python tests/browser/screenshots.py docs/web``."""

from __future__ import annotations

import base64
import shutil
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

sys.path.append(str(Path(__file__).parents[1]))

TALLEST = {"desk": 1500, "phone": 1700}
SCALE = 0.7
QUALITY = 36


def main(folder: Path, only: set[str]) -> None:
    """Write a picture of each page at each width, or of some pages."""
    from playwright.sync_api import sync_playwright

    from conftest import FLAGS, WIDTHS
    from furnished import furnish, looks, sign_in
    from licet.regime import Regime
    from serving import live_server, open_service

    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as kept, sync_playwright() as playwright:
        service = open_service(Path(kept), Regime.load(), webhooks_private=True)
        known = furnish(service)
        chromium = playwright.chromium.launch(
            executable_path=shutil.which("chromium") or shutil.which("google-chrome"), args=FLAGS
        )
        with live_server(service) as address:
            for width, size in WIDTHS.items():
                for signed_in in (False, True):
                    context = chromium.new_context(base_url=address, viewport=size)
                    context.set_default_timeout(120_000)
                    page = context.new_page()
                    if signed_in:
                        sign_in(page)
                    for look in looks(known):
                        if look.signed_in is signed_in and (not only or look.name in only):
                            page.goto(look.path)
                            save(page, folder / f"{look.name}-{width}.webp", TALLEST[width])
                    context.close()
        chromium.close()
        service.close()


def save(page: Any, path: Path, tallest: int) -> None:
    """The page as a small picture; what is far down a long page is left out."""
    width, height = page.evaluate("[innerWidth, document.documentElement.scrollHeight]")
    clip = {"x": 0, "y": 0, "width": width, "height": min(height, tallest), "scale": SCALE}
    wanted = {"format": "webp", "quality": QUALITY, "captureBeyondViewport": True, "clip": clip}
    devtools = page.context.new_cdp_session(page)
    path.write_bytes(base64.b64decode(devtools.send("Page.captureScreenshot", wanted)["data"]))
    devtools.detach()


if __name__ == "__main__":
    main(Path(sys.argv[1]), set(sys.argv[2:]))
