"""``python -m tests.support.pictures``: takes the README's pictures from a fresh demonstration."""

import tempfile
from contextlib import ExitStack
from pathlib import Path

from flask import Flask
from flask_migrate import upgrade
from playwright.sync_api import Browser, sync_playwright
from sqlalchemy import select

from app.kernel import clock
from app.kernel.database import db
from certificates.models import Certificate
from cohorts.models import Cohort
from demo.seed import seed
from modules.models import Register
from tests.support.browser import FLAGS, chromium
from tests.support.database import application
from tests.support.demonstration import PASSWORD, demo_settings
from tests.support.site import serve

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "pictures"
DESK, PHONE = {"width": 1366, "height": 900}, {"width": 390, "height": 844}


def take(browser: Browser, address: str, name: str, path: str, size: dict[str, int], role: str = "") -> None:
    """Take one picture of what a role sees in one window."""
    page = browser.new_context(base_url=address, viewport=size, locale="en-GB").new_page()  # type: ignore[arg-type]  # a ViewportSize
    page.context.add_cookies([{"name": "lang", "value": "en", "url": address}])
    if role:
        page.goto("/login")
        page.fill("#email", f"{role}@demo.example")
        page.fill("#password", PASSWORD)
        page.click("main button.btn")
        page.wait_for_url(lambda url: "/login" not in url)
    page.goto(path)
    page.screenshot(path=FOLDER / f"{name}.png")
    page.context.close()
    print(f"docs/pictures/{name}.png")


def main() -> None:
    """Make a demonstration in a temporary folder, serve it, take the pictures."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, ExitStack() as until_the_end:
        built: list[Flask] = []

        def build(address: str) -> Flask:
            app = until_the_end.enter_context(application(demo_settings(Path(folder), BASE_URL=address)))
            with app.app_context():
                upgrade()
                seed(app.extensions["settings"], today=clock.day_of(clock.now()))
            built.append(app)
            return app

        with serve(build) as address, sync_playwright() as playwright:
            with built[0].app_context():
                code = db.session.scalars(select(Certificate.code).order_by(Certificate.id)).first()
                day, half = db.session.execute(
                    select(Register.day, Register.half)
                    .join(Cohort, Cohort.id == Register.cohort_id)
                    .where(Cohort.code == "kel-now-1")
                    .order_by(Register.day.desc())
                    .limit(1)
                ).one()
            browser = playwright.chromium.launch(executable_path=chromium(), args=list(FLAGS))
            take(browser, address, "cohort", "/cohorts/kel-now-1/", DESK, "coordinator")
            take(browser, address, "schedule", "/cohorts/eulp-2023-1/schedule/?week=2023-W48", DESK, "coordinator")
            take(browser, address, "completion", "/cohorts/um-2020-1/completion", DESK, "coordinator")
            take(browser, address, "register", f"/cohorts/kel-now-1/attendance/{day}/{half}", PHONE, "host")
            take(browser, address, "me", "/me/", PHONE, "participant")
            take(browser, address, "verify", f"/verify/{code}", PHONE)
            browser.close()


if __name__ == "__main__":
    main()
