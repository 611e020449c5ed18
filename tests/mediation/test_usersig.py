"""Signatures of video rooms against Tencent's own signer, and against a reader of the published form."""

import time
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from TLSSigAPIv2 import TLSSigAPIv2

from backend.core.video import Ticket
from backend.mediation.trtc import Trtc
from config.settings import Settings
from tests.mediation import usersig

KEY = "5bd2850fff3ecb11d7c805251c51ee463a25727bddc2385f3fa8bfee1bb93b5e"

words = st.text(alphabet="abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-", min_size=1, max_size=32)


@given(
    app=st.integers(1, 2**32 - 1),
    key=st.text(alphabet="0123456789abcdef", min_size=1, max_size=64),
    user=words,
    room=words,
    seconds=st.integers(1, 86_400),
    is_host=st.booleans(),
)
def test_every_signature_is_the_one_that_tencent_makes(
    app: int, key: str, user: str, room: str, seconds: int, *, is_host: bool
) -> None:
    theirs = TLSSigAPIv2(app, key)
    reference = usersig.opened(theirs.gen_sig(user, seconds), key)
    now = datetime.fromtimestamp(reference["TLS.time"], UTC)
    given_out = Trtc(app, key).admit(
        Ticket(room=room, user=user, is_host=is_host, now=now, ends_at=now + timedelta(seconds=seconds))
    )
    assert usersig.opened(given_out.user_sig or "", key) == reference
    told = usersig.opened(given_out.private_map_key or "", key)
    assert usersig.room_of(told) == {
        "user": user, "app": app, "room": room, "ends": reference["TLS.time"] + seconds,
        "rights": 255 if is_host else 254,
    }  # fmt: skip


def test_with_a_room_it_is_tencents_too() -> None:
    now = datetime.fromtimestamp(int(time.time()), UTC)
    ticket = Ticket("room", "user", is_host=True, now=now, ends_at=now + timedelta(minutes=60))
    for _ in range(3):  # theirs reads the clock of the machine: a second may pass between
        theirs = usersig.opened(TLSSigAPIv2(1400000000, KEY).gen_sig_with_userbuf("user", 3600, b"abc"), KEY)
        moment = datetime.fromtimestamp(theirs["TLS.time"], UTC)
        ours = Trtc(1400000000, KEY).sign(
            Ticket("room", "user", is_host=True, now=moment, ends_at=moment + timedelta(hours=1)), b"abc"
        )
        assert usersig.opened(ours, KEY) == theirs
    assert usersig.opened(Trtc(1400000000, KEY).sign(ticket), KEY)["TLS.expire"] == 3600


def test_another_key_opens_nothing() -> None:
    now = datetime.now(UTC)
    signature = Trtc(1400000000, KEY).sign(Ticket("r", "u", is_host=False, now=now, ends_at=now))
    with pytest.raises(AssertionError):
        usersig.opened(signature, KEY[::-1])
    assert usersig.opened(signature, KEY)["TLS.expire"] == 1, "one that is over still has an end"


@pytest.mark.parametrize("half", [{"trtc_sdk_app_id": 1400000000}, {"trtc_secret_key": KEY}])
def test_half_an_account_is_refused(half: dict[str, object], monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HEJIE_TRTC_SDK_APP_ID", "HEJIE_TRTC_SECRET_KEY"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(ValidationError, match="HEJIE_TRTC_SECRET_KEY"):
        Settings(**half)  # type: ignore[arg-type]
