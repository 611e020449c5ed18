"""From news to words: for the inbox, and for a push that anybody may read over a shoulder."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from backend.core import message_fields
from backend.core.catalog import Catalog
from backend.core.message_rules import NoticeText, SmsTemplate

_SMS_PARAM = 12
"""Characters; the carrier refuses more."""


def inbox_text(notice: NoticeText, words: Mapping[str, str]) -> str:
    return _filled(notice.text, words)


def page(catalog: Catalog, dispute_id: UUID | None) -> str:
    """Without a leading slash, as WeChat wants it. The id is opaque and gives no access."""
    if dispute_id is None:
        return catalog.pages["notices"]
    return f"{catalog.pages['dispute']}?id={dispute_id}"


def push_data(notice: NoticeText, words: Mapping[str, str], now: datetime) -> dict[str, str]:
    """Every field of the template, within its limits."""
    known = {**words, "now": message_fields.moment_text(now)}
    return {name: message_fields.value(name, _filled(text, known), now) for name, text in notice.push.items()}


def sms_params(catalog: Catalog, notice: NoticeText, words: Mapping[str, str]) -> list[str]:
    return [] if notice.sms is None else text_params(catalog.sms_templates[notice.sms], words)


def text_params(template: SmsTemplate, words: Mapping[str, str]) -> list[str]:
    """Fewer than the template wants when one does not fit: half a date is a wrong one, and nothing is texted."""
    filled = (message_fields.plain(_filled(text, words)) for text in template.params)
    return [text for text in filled if 0 < len(text) <= _SMS_PARAM]


def _filled(text: str, words: Mapping[str, str]) -> str:
    """What the news does not bring is left out."""
    return text.format_map(defaultdict(str, words))
