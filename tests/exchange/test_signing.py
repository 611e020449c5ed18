"""Who signed what, when: and nothing else gets through."""

from datetime import UTC, datetime, timedelta

import pytest

from backend.exchange import signing
from backend.exchange.signing import Message, Refusal

SECRET, OTHER = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", signing.new_secret()
MESSAGE = Message("msg_p5jXN8AQM9LWM0D4loKWxJek", datetime.fromtimestamp(1614265330, UTC), b'{"test": 2432232314}')
HEADERS = signing.headers(MESSAGE, [SECRET])


def test_a_published_example_of_standard_webhooks_comes_out_the_same() -> None:
    assert HEADERS["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize("valid", [[SECRET], [OTHER, SECRET], [SECRET, OTHER]])
def test_either_valid_key_verifies(valid: list[str]) -> None:
    assert signing.verify(HEADERS, MESSAGE.body, valid, MESSAGE.sent_at) == MESSAGE


def test_both_keys_sign_so_that_a_receiver_may_have_either() -> None:
    both = signing.headers(MESSAGE, [OTHER, SECRET])
    for secret in (SECRET, OTHER):
        assert signing.verify(both, MESSAGE.body, [secret], MESSAGE.sent_at) == MESSAGE


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"webhook-signature": "v1,"}, Refusal.WRONG_SIGNATURE),
        ({"webhook-signature": "v1,签名"}, Refusal.WRONG_SIGNATURE),
        ({"webhook-signature": HEADERS["webhook-signature"].replace("g0", "g1")}, Refusal.WRONG_SIGNATURE),
        ({"webhook-id": "msg_other"}, Refusal.WRONG_SIGNATURE),
        ({"webhook-timestamp": "1614265331"}, Refusal.WRONG_SIGNATURE),
        ({"webhook-signature": ""}, Refusal.INCOMPLETE),
        ({"webhook-id": ""}, Refusal.INCOMPLETE),
        ({"webhook-id": "a.b"}, Refusal.INCOMPLETE),
        ({"webhook-id": "x" * 65}, Refusal.INCOMPLETE),
        ({"webhook-timestamp": "yesterday"}, Refusal.INCOMPLETE),
        ({"webhook-timestamp": "-1"}, Refusal.INCOMPLETE),
        ({"webhook-timestamp": "9" * 40}, Refusal.INCOMPLETE),
        ({"webhook-timestamp": "١٦١٤٢٦٥٣٣٠"}, Refusal.INCOMPLETE),
    ],
)
def test_a_header_that_is_missing_or_other_is_refused(changed: dict[str, str], why: Refusal) -> None:
    assert signing.verify(HEADERS | changed, MESSAGE.body, [SECRET], MESSAGE.sent_at) is why


def test_a_body_or_an_address_that_changed_after_signing_is_refused() -> None:
    assert signing.verify(HEADERS, b'{"test": 2}', [SECRET], MESSAGE.sent_at) is Refusal.WRONG_SIGNATURE
    call = Message("n1", MESSAGE.sent_at, b"", "GET /exchange/v1/cases/1")
    signed = signing.headers(call, [SECRET])
    for target in ("GET /exchange/v1/cases/2", "DELETE /exchange/v1/cases/1", ""):
        assert signing.verify(signed, b"", [SECRET], call.sent_at, target) is Refusal.WRONG_SIGNATURE
    assert signing.verify(signed, b"", [SECRET], call.sent_at, call.target) == call


def test_a_timestamp_is_good_for_five_minutes_either_way() -> None:
    for seconds in (-300, 300):
        now = MESSAGE.sent_at + timedelta(seconds=seconds)
        assert signing.verify(HEADERS, MESSAGE.body, [SECRET], now) == MESSAGE
        late = now + timedelta(seconds=seconds / 300)
        assert signing.verify(HEADERS, MESSAGE.body, [SECRET], late) is Refusal.OUT_OF_WINDOW


def test_a_key_that_ended_verifies_nothing() -> None:
    assert signing.verify(HEADERS, MESSAGE.body, [OTHER], MESSAGE.sent_at) is Refusal.WRONG_SIGNATURE
    assert signing.verify(HEADERS, MESSAGE.body, [], MESSAGE.sent_at) is Refusal.WRONG_SIGNATURE
