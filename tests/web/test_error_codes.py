"""What may go wrong on purpose: every class of it, wherever it lives."""

import importlib
import pkgutil
import re
from collections import defaultdict
from collections.abc import Iterator

import pytest

import backend
import miniprogram_api
from backend.core.errors import HejieError

CONTRACT = {
    "token_invalid": 401,
    "token_expired": 401,
    "token_revoked": 401,
    "login_code_invalid": 401,
    "role_not_allowed": 403,
    "privacy_consent_required": 409,
    "slot_full": 409,
    "slot_past": 409,
    "already_booked": 409,
    "already_urged": 409,
    "already_rated": 409,
    "not_ratable_yet": 409,
    "stale_version": 409,
    "action_not_allowed": 409,
    "request_in_progress": 409,
    "idempotency_key_reused": 422,
    "sms_unavailable": 503,
}
ANSWERED = {400, 401, 403, 404, 405, 409, 413, 415, 422, 429, 500, 503}


def subclasses(of: type[HejieError]) -> Iterator[type[HejieError]]:
    for each in of.__subclasses__():
        yield each
        yield from subclasses(each)


@pytest.fixture(scope="module")
def errors() -> list[type[HejieError]]:
    for package in (backend, miniprogram_api):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            importlib.import_module(module.name)
    return sorted(set(subclasses(HejieError)), key=lambda each: each.__name__)


def test_a_code_means_one_status(errors: list[type[HejieError]]) -> None:
    statuses = defaultdict(set)
    for each in errors:
        statuses[each.code].add(each.status)

    assert {code: found for code, found in statuses.items() if len(found) > 1} == {}
    assert [each.code for each in errors if not re.fullmatch(r"[a-z]+(_[a-z]+)*", each.code)] == []


def test_statuses_are_those_of_the_contract(errors: list[type[HejieError]]) -> None:
    assert {each.code: each.status for each in errors if each.status not in ANSWERED} == {}
    assert {each.code: each.status for each in errors if each.code in CONTRACT} == CONTRACT


def test_messages_are_sentences_for_people(errors: list[type[HejieError]]) -> None:
    assert [each.code for each in errors if not re.search(r"[\u4e00-\u9fff]{4,}.*。$", each.message)] == []


def test_names_end_alike(errors: list[type[HejieError]]) -> None:
    assert [each.__name__ for each in errors if not each.__name__.endswith("Error")] == []
