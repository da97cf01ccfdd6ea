"""A person's own account, in a browser."""

import base64
import hmac
import struct
import time

from tests.browser.conftest import Visit
from tests.browser.stage import PASSWORD, Stage
from tests.browser.visitor import PHONE


def one_time_code(key: str, step: int) -> str:
    """Return what an authenticator app shows (RFC 6238, six digits)."""
    secret = base64.b32decode(key.replace(" ", ""))
    digest = hmac.new(secret, struct.pack(">Q", step), "sha1").digest()
    start = digest[-1] & 15
    number = struct.unpack(">I", digest[start : start + 4])[0] & 0x7FFFFFFF
    return f"{number % 1_000_000:06d}"


def test_with_two_steps_on_a_password_alone_opens_nothing(
    visit: Visit, stage: Stage
) -> None:
    person = visit("chidi")
    page = person.go("/account/two-factor")
    offered = person.complaints()
    key = page.locator("code.key").inner_text()
    step = int(time.time()) // 30
    page.fill("#code", one_time_code(key, step))
    page.get_by_role("button", name="Switch on").click()
    page.wait_for_selector("text=ecovery codes")
    codes = person.complaints()

    again = visit(viewport=PHONE)
    asked = again.go("/sign-in")
    asked.fill("#email", "chidi@example.org")
    asked.fill("#password", PASSWORD)
    asked.click("main button[type=submit]")
    asked.wait_for_selector("h1:has-text('One more step')")
    between = again.complaints()
    asked.goto(stage.url + stage.course_path)
    refused = asked.url
    asked.goto(f"{stage.url}/sign-in/code")
    # A code is good once: the one of the next half minute is taken as well.
    asked.fill("#code", one_time_code(key, step + 1))
    asked.click("main button[type=submit]")
    asked.wait_for_selector("h1:has-text('Your courses')")

    assert offered == codes == between == []
    assert "/sign-in" in refused
    assert again.complaints() == []


def test_a_browser_signs_another_one_out_and_a_token_is_made_and_revoked(
    visit: Visit,
) -> None:
    here, there = visit("bo"), visit("bo")
    page = here.go("/account/sessions")
    listed = here.complaints()
    page.get_by_role("button", name="Sign out everywhere else").click()
    page.wait_for_load_state()
    there.go("/account")

    here.go("/account/tokens")
    page.fill("#name", "Laptop")
    page.get_by_role("button", name="Make the token").click()
    page.wait_for_selector("text=Copy it now")
    made = here.complaints()
    page.get_by_role("button", name="Revoke Laptop").click()
    page.wait_for_selector("td:has-text('revoked')")

    assert listed == made == []
    assert "/sign-in" in there.page.url
    assert here.complaints() == []
