"""Takes the pictures of the voice page in docs/images, from a demo shop that is being served (`cabas demo`).

    python docs/take_pictures.py http://127.0.0.1:8000

Needs a Chromium on the machine; `pngquant`, where there is one, makes the files smaller.
"""

import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

FOLDER = Path(__file__).parent / "images"
FLAGS = "--no-sandbox --disable-gpu --no-first-run --disable-background-networking --disable-sync".split()
SAID = ("Deux litres de lait, une baguette et six œufs", "du café et un kilo de pommes")


def settled(page: Page) -> None:
    page.locator("body:not([aria-busy])").wait_for()


def shop(page: Page, address: str, said: tuple[str, ...]) -> None:
    """Be the first shopper of the demo and say these things."""
    page.goto(address)
    page.locator("#settings summary").click()
    page.locator("select[name=shopper]").select_option(index=1)
    page.locator(".settings__panel button").click()
    page.wait_for_load_state("networkidle")
    for words in said:
        page.locator("#text").fill(words)
        page.keyboard.press("Enter")
        settled(page)


def main(address: str) -> None:
    """Phone: one sentence and what it put into the cart. Desktop: two, with the other choices for the first line."""
    browser = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))))
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=browser, args=FLAGS)
        for name, width, height, said in (("phone", 390, 844, SAID[:1]), ("desktop", 1280, 800, SAID)):
            context = chromium.new_context(
                viewport={"width": width, "height": height},
                device_scale_factor=2,
                locale="fr-FR",
                reduced_motion="reduce",
            )
            page = context.new_page()
            shop(page, address, said)
            if name == "desktop":
                page.locator('[data-key^="cart-swap-"]').first.click()
                settled(page)
            page.mouse.move(1, 1)
            page.evaluate("document.activeElement.blur()")
            picture = FOLDER / f"voice-page-{name}.png"
            page.screenshot(path=picture)
            if shutil.which("pngquant"):
                command = ["pngquant", "--force", "--speed=1", "--quality=70-95", "--output", picture, picture]
                subprocess.run(command, check=True)  # noqa: S603 (our own arguments)
            print(picture, picture.stat().st_size)
        chromium.close()


if __name__ == "__main__":
    main(sys.argv[1])
