"""What messages may say: templates as WeChat and the SMS account have them, and the words that fill them."""

import string
from typing import Literal, Self

from pydantic import Field, model_validator

from backend.core.flow_table import Entry
from backend.core.message_fields import plain, type_of

LOCK_SCREEN_WORDS = frozenset({"center", "place", "when_text", "number", "due_text", "now"})


class MessageTemplate(Entry):
    """A subscription template as WeChat has it: `fields` by its names for them (`thing1`)."""

    id: str = Field(min_length=1, max_length=64)
    title: str = Field(min_length=1, max_length=20)
    fields: dict[str, str] = Field(min_length=1)
    choices: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """Of every `const` field: the values that WeChat has on its list."""
    long_term: bool = False
    """One acceptance is good until it is taken back."""
    enough: int = Field(3, ge=1, le=20)
    """With so many acceptances in hand nobody is asked for more."""
    reserved_for: tuple[Literal["booking", "deadline"], ...] = ()
    """Its reminders: for each that will come, small news leave one acceptance more."""

    @property
    def enough_in_hand(self) -> int:
        return 1 if self.long_term else self.enough

    @model_validator(mode="after")
    def check_fields(self) -> Self:
        if wrong := [name for name in self.fields if type_of(name) is None]:
            raise ValueError(f"no field type: {', '.join(wrong)}")
        consts = {name for name in self.fields if name.startswith("const")}
        if wrong := sorted(consts ^ self.choices.keys()):
            raise ValueError(f"choices belong to the const fields and to no others: {', '.join(wrong)}")
        return self


class SmsTemplate(Entry):
    """An approved template of the SMS account: its id there, and what fills {1}, {2} … of its text."""

    id: str = Field(min_length=1, max_length=32)
    params: tuple[str, ...] = ()

    @model_validator(mode="after")
    def check_words(self) -> Self:
        for text in self.params:
            _check_words("params", text, LOCK_SCREEN_WORDS | {"link", "until"})
        return self


class NoticeText(Entry):
    """See the head of `templates.toml`."""

    title: str = Field(min_length=1, max_length=64)
    text: str = Field(min_length=1)
    template: str | None = None
    push: dict[str, str] = Field(default_factory=dict)
    small: bool = False
    urgent: bool = False
    by_day: bool = False
    deadline: bool = False
    sms: str | None = None
    topic: str | None = None

    @model_validator(mode="after")
    def check_push(self) -> Self:
        """Fixed words already fit; the others are only such as anybody may read over a shoulder."""
        for name, text in self.push.items():
            used = _check_words(name, text)
            kind = type_of(name)
            if not used and (kind is None or kind.fit(plain(text)) != text or not text):
                raise ValueError(f"{name}: {text!r} is not a value that WeChat takes")
        return self

    @model_validator(mode="after")
    def check_rank(self) -> Self:
        if self.small and (self.urgent or self.deadline):
            raise ValueError("what is small is neither urgent nor bound to a deadline")
        if self.sms is not None and not self.deadline:
            raise ValueError("only what is bound to a deadline goes by text message")
        return self


def _check_words(name: str, text: str, allowed: frozenset[str] = LOCK_SCREEN_WORDS) -> set[str]:
    used = {field for _text, field, _spec, _conversion in string.Formatter().parse(text) if field is not None}
    if used - allowed:
        raise ValueError(f"{name}: {', '.join(sorted(used - allowed))} is not for a lock screen")
    return used
