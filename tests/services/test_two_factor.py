"""The second step: right codes once, wrong ones never, and keys that change."""

from datetime import timedelta

import pytest
from passlib.totp import TOTP

from grader.errors import RefusedError
from grader.models import User
from grader.services import two_factor
from grader.services.sealing import Sealer
from tests.services.world import NOW, World

SEALER = Sealer("a-key-that-only-tests-use")
STEP = timedelta(seconds=30)


def code_of(offer: two_factor.Offer, steps: int = 0) -> str:
    totp = TOTP(offer.key.replace(" ", ""))
    return str(totp.generate(NOW + steps * STEP).token)


def switched_on(world: World) -> tuple[two_factor.Offer, list[str]]:
    offer = two_factor.offer(SEALER, "student@example.org")
    with world.database.write() as session:
        codes = two_factor.switch_on(
            session,
            SEALER,
            user_id=world.student,
            sealed=offer.sealed,
            code=code_of(offer),
            now=NOW,
        )
    return offer, codes


def opens(world: World, code: str, steps: int = 0, *, sealer: Sealer = SEALER) -> bool:
    with world.database.write() as session:
        return two_factor.verify(
            session,
            sealer,
            user_id=world.student,
            code=code,
            now=NOW + steps * STEP,
        )


def test_codes_are_those_of_rfc_6238() -> None:
    # Appendix B of the RFC, at 59 s, of which apps show the last six digits.
    totp = TOTP(key=b"12345678901234567890", format="raw", digits=8)
    assert totp.generate(59).token == "94287082"


def test_a_code_opens_once_and_only_around_its_time(world: World) -> None:
    offer, _ = switched_on(world)
    assert not opens(world, code_of(offer), 0)
    assert not opens(world, code_of(offer, 5), 2)
    assert opens(world, code_of(offer, 3), 2)
    assert not opens(world, code_of(offer, 3), 3)
    assert not opens(world, code_of(offer, 2), 3)
    assert opens(world, f" {code_of(offer, 4)[:3]} {code_of(offer, 4)[3:]}", 4)


@pytest.mark.parametrize("code", ["", "abc", "12345", "1234567", "\u0661" * 6, "\0"])
def test_nonsense_opens_nothing(world: World, code: str) -> None:
    switched_on(world)
    assert not opens(world, code, 1)


def test_each_recovery_code_opens_once(world: World) -> None:
    _, codes = switched_on(world)
    assert len(set(codes)) == two_factor.RECOVERY_CODES
    assert opens(world, codes[3].upper())
    assert not opens(world, codes[3])
    assert opens(world, codes[4])
    with world.database.read() as session:
        user = session.get_one(User, world.student)
    assert len(user.recovery_codes) == two_factor.RECOVERY_CODES - 2
    assert not set(codes) & set(user.recovery_codes)


def test_new_recovery_codes_make_the_old_ones_worthless(world: World) -> None:
    _, old = switched_on(world)
    with world.database.write() as session:
        new = two_factor.new_recovery_codes(session, world.student)
    assert not opens(world, old[0])
    assert opens(world, new[0])


def test_it_is_switched_on_only_by_a_right_code_and_only_once(world: World) -> None:
    offer = two_factor.offer(SEALER, "student@example.org")
    for sealed, code, why in (
        (offer.sealed, "000000", "wrong-code"),
        ("forged", code_of(offer), "offer-ended"),
    ):
        with world.database.write() as session, pytest.raises(RefusedError) as refused:
            two_factor.switch_on(
                session,
                SEALER,
                user_id=world.student,
                sealed=sealed,
                code=code,
                now=NOW,
            )
        assert refused.value.code == why
    switched_on(world)
    with pytest.raises(RefusedError) as refused:
        switched_on(world)
    assert refused.value.code == "two-factor-on"


def test_an_offer_shown_again_is_the_same(world: World) -> None:
    first = two_factor.offer(SEALER, "a:b@example.org")
    again = two_factor.offer(SEALER, "a:b@example.org", first.sealed)
    assert again == first
    assert first.address.startswith("otpauth://totp/")
    assert two_factor.offer(SEALER, "a@b.org", "forged").key != first.key


def test_the_secret_is_sealed_and_outlives_a_change_of_the_key(world: World) -> None:
    offer, _ = switched_on(world)
    key = offer.key.replace(" ", "")
    with world.database.read() as session:
        stored = session.get_one(User, world.student).totp_secret
    assert stored is not None
    assert key not in stored
    assert len(stored) <= 255
    changed = Sealer("the-key-that-came-after-it", ["a-key-that-only-tests-use"])
    assert not opens(world, code_of(offer, 1), 1, sealer=Sealer("somebody-elses-key"))
    assert opens(world, code_of(offer, 1), 1, sealer=changed)
    assert opens(
        world, code_of(offer, 2), 2, sealer=Sealer("the-key-that-came-after-it")
    )


def test_switched_off_nothing_opens_and_nothing_is_left(world: World) -> None:
    offer, codes = switched_on(world)
    with world.database.write() as session:
        assert two_factor.switch_off(session, world.student, actor_id=None)
        assert not two_factor.switch_off(session, world.student, actor_id=None)
        assert session.get_one(User, world.student).totp_secret is None
    assert not opens(world, code_of(offer, 1), 1)
    assert not opens(world, codes[0])
    assert world.audit() == ["two-factor-on", "two-factor-off"]
