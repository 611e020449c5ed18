"""Template ids that stand in the repository and that no account of WeChat or Tencent Cloud knows."""

from collections.abc import Iterable
from typing import Final

from backend.core.catalog import Catalog

_WECHAT: Final = "tmpl-"
"""WeChat's own are 43 letters without a word in them; those of Tencent Cloud SMS are digits."""


def warnings(catalog: Catalog, *, sends_texts: bool) -> list[str]:
    """For who runs a production server: which messages will not arrive, and where to put it right."""
    found = []
    if names := _named(each.title for each in catalog.templates.values() if each.id.startswith(_WECHAT)):
        found.append(
            f"订阅消息模板{names}还是样例编号，这些消息发不到微信，只在站内可见。请在 mp.weixin.qq.com 的“订阅消息 → "
            "我的模板”里选用模板，把模板 ID 填入 config/catalog/templates.toml，重启服务。"
        )
    texts = [name for name, each in catalog.sms_templates.items() if not each.id.isdigit()]
    if sends_texts and (names := _named(texts)):
        found.append(
            f"短信模板{names}还是样例编号，短信发不出去。请在腾讯云短信控制台的“正文模板管理”里申请模板，"
            "把模板 ID 填入 config/catalog/templates.toml，重启服务。"
        )
    return found


def _named(titles: Iterable[str]) -> str:
    return "".join(f"“{title}”" for title in titles)
