"""The contract as it stands in docs/exchange.md is the one that is kept."""

import csv
import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from backend import published_api
from backend.core.catalog import Catalog
from backend.core.deps import Deps
from backend.exchange import answers, directory, payload, signing
from backend.exchange.answers import Answer, Verdict
from backend.exchange.payload import FIELDS
from backend.exchange.published import CaseEvent, ToldCase
from backend.exchange.schemas import PartnerDraft
from backend.exchange.signing import Message
from config.catalog_files import read_catalog
from tests.conftest import App

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "exchange.md").read_text(encoding="utf-8")
EVENT_ID = "01a2194b-6cd4-747c-9182-23c0813a720f"


def test_the_example_of_a_signature_runs_and_is_ours() -> None:
    (example,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    known: dict[str, Any] = {}
    exec(example, known)  # noqa: S102 - our own page
    secret, body, signature = (_example(label)[0] for label in ("key", "body", "signature"))
    message_id, timestamp = _example("id, timestamp")
    moment = datetime.fromtimestamp(int(timestamp), UTC)

    assert known["sign"](secret, message_id, int(timestamp), body.encode()) == signature
    for target in ("", "POST /exchange/v1/cases?dry_run=1"):
        message = Message(message_id, moment, body.encode(), target)
        ours = signing.headers(message, [secret])["webhook-signature"]
        assert known["sign"](secret, message_id, int(timestamp), message.body, target) == ours
    headers = signing.headers(Message(message_id, moment, body.encode()), [signing.new_secret(), secret])
    assert known["verify"](secret, headers, body.encode(), int(timestamp) + 300)
    assert not known["verify"](secret, headers, body.encode(), int(timestamp) + 301)
    assert not known["verify"](secret, headers, body.encode() + b" ", int(timestamp))


def _example(label: str) -> list[str]:
    (row,) = re.findall(rf"^\| {label} \| (.*) \|$", PAGE, re.MULTILINE)
    return re.findall("`(.*?)`", row)


def _table(path: str) -> list[dict[str, str]]:
    return list(csv.DictReader((ROOT / path).read_text(encoding="utf-8-sig").splitlines()))


def test_every_field_and_every_event_stands_on_the_page() -> None:
    catalog = Catalog.parse(read_catalog())
    assert [name for name in (*FIELDS, *catalog.exchange.events) if f"`{name}`" not in PAGE] == []
    assert set(catalog.exchange.events) <= set(catalog.events)


def test_what_is_told_and_asked_is_published_with_its_signature_and_every_answers_meaning() -> None:
    assert list(ToldCase.model_fields) == [name for name in FIELDS if name != "id_number"], "which is of records only"
    document = published_api.documents()["exchange"]
    told, *asked = (document["webhooks"][name] for name in ("case-event", "case-list", "case"))
    headers = {signing.ID_HEADER, signing.TIMESTAMP_HEADER, signing.SIGNATURE_HEADER}
    for about in (told["post"], *(each["get"] for each in asked)):
        assert headers <= {each["name"] for each in about["parameters"] if each["in"] == "header"}
        assert "default" in about["responses"]
    (media,) = told["post"]["requestBody"]["content"]
    assert payload.CONTENT_TYPE.startswith(media)
    (example,) = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    assert CaseEvent.model_validate_json(example).data.case.division


def test_the_shipped_table_maps_every_category_and_guesses_nothing_back() -> None:
    catalog = Catalog.parse(read_catalog())
    rows = _table("docs/exchange/gbt31000.csv")
    types = {row["code"] for row in _table("config/catalog/gbt31000_dispute_types.csv")}

    assert {row["ours"]: row["theirs"] for row in rows} == {each.code: each.gbt31000 for each in catalog.categories}
    assert {row["theirs"] for row in rows} <= types
    back = [row["theirs"] for row in rows if row["way"] == "both"]
    assert len(back) == len(set(back)) > 0


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        (Answer(200, json.dumps({"received": EVENT_ID}).encode()), Verdict.TAKEN),
        (Answer(202, json.dumps({"received": EVENT_ID, "more": 1}).encode()), Verdict.TAKEN),
        (Answer(422, json.dumps({"refused": EVENT_ID, "reason": "x" * 999}).encode()), Verdict.REFUSED),
        (Answer(422, json.dumps({"refused": "other"}).encode()), Verdict.LATER),
        (Answer(400, json.dumps({"refused": EVENT_ID}).encode()), Verdict.LATER),
        (Answer(301, json.dumps({"received": EVENT_ID}).encode()), Verdict.LATER),
        (Answer(500, json.dumps({"received": EVENT_ID}).encode()), Verdict.LATER),
        (Answer(200, b""), Verdict.LATER),
        (Answer(200, b"[" * 60_000), Verdict.LATER),
        (Answer(200, json.dumps([EVENT_ID]).encode()), Verdict.LATER),
        (Answer(200, EVENT_ID.encode()), Verdict.LATER),
        (Answer(200, b"\xff\xfe"), Verdict.LATER),
    ],
)
def test_what_an_answer_means(answer: Answer, verdict: Verdict) -> None:
    judged = answers.judge(answer, EVENT_ID)
    assert judged.verdict is verdict
    assert len(judged.problem) <= 200


@settings(max_examples=50)
@given(st.integers(100, 599), st.binary(max_size=200), st.text(max_size=12))
def test_no_other_answer_is_an_acknowledgement(status: int, body: bytes, retry_after: str) -> None:
    judged = answers.judge(Answer(status, body, retry_after), EVENT_ID)
    assert judged.verdict is Verdict.LATER
    assert 0 <= judged.retry_s <= 3600


@pytest.mark.parametrize(
    ("area", "inside"),
    [("420500", "4205"), ("420000", "42"), ("420510", "420510"), ("420502", "420502"), ("420502001", "420502001"),
     ("420502000", "420502"), ("420500000000", "4205"), ("420502001000", "420502001")],
)  # fmt: skip
def test_an_area_has_all_divisions_within(area: str, inside: str) -> None:
    assert directory.prefix(area) == inside


DRAFT: dict[str, Any] = {"code": "p-1", "name": "平台", "url": "https://a.gov.cn/e", "directions": ["out"]}


@pytest.mark.parametrize(
    ("changed", "in_production"),
    [
        ({"url": "http://a.gov.cn/e"}, True),
        ({"url": "ftp://a.gov.cn/e"}, False),
        ({"url": "https://user:secret@a.gov.cn/e"}, False),
        ({"url": "https:///e"}, False),
        ({"url": ""}, False),
        ({"code": "P 1"}, False),
        ({"directions": []}, False),
        ({"directions": ["up"]}, False),
        ({"categories": ["nothing"]}, False),
        ({"areas": ["999999"]}, False),
        ({"areas": ["42"]}, False),
        ({"may_know": {"status": ""}}, False),
        ({"may_know": {"secret": "个人信息保护法第十三条"}}, False),
    ],
)
def test_a_partner_that_is_wrong_is_not_entered(app: App, changed: dict[str, Any], in_production: bool) -> None:
    deps: Deps = app.ctx.deps
    assert PartnerDraft.model_validate(DRAFT, context=(deps, True)).code == "p-1"
    with pytest.raises(ValidationError):
        PartnerDraft.model_validate(DRAFT | changed, context=(deps, in_production))
