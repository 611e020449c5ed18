"""Messages on the wire."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, Field

from backend.core.schema import Code, In, Moment, Out, PageQuery, Query, Text, problem
from backend.mediation.sharing import SharedWith, ShareTo

JOINT = "joint"


def _is_channel(value: str) -> str:
    try:
        return value if value == JOINT else str(UUID(value))
    except ValueError:
        raise problem("没有这个沟通频道，请刷新后重试。") from None


Channel = Annotated[Code, AfterValidator(_is_channel)]
"""`joint`, or of a separate talk the party."""


class MessageIn(In):
    text: Text
    channel: Channel = JOINT
    is_concession: bool = False
    """Offered for the sake of peace: never leaves with the file. Only in a separate talk."""
    said_by_party: bool = False
    """The mediator writes down what the party only said."""


class SocketMessageIn(MessageIn):
    type: Literal["message"]
    ref: Annotated[Code, Field(max_length=64)]
    """The sender's own name for it: sent again, it stays one message."""


class MessagesQuery(Query):
    channel: Channel = JOINT
    after: int = Field(0, ge=0, le=2**62)
    """The number of the last message known."""
    limit: int = Field(50, ge=1, le=100)


class CaucusQuery(PageQuery):
    party_id: UUID | None = None


class MessageOut(Out):
    id: str
    channel: str
    """`joint`, or the party of a separate talk."""
    seq: int
    """Without gaps in its channel."""
    said_by: Literal["party", "mediator"]
    party_id: str | None
    name: str
    """Of the mediator; of a party its side."""
    text: str | None
    """Null: not shown until somebody has looked at it."""
    is_hidden: bool
    is_concession: bool
    at: Moment


class MessagesOut(Out):
    items: list[MessageOut]
    after: int
    """To go on from."""
    has_more: bool


class CaucusItemOut(MessageOut):
    shared_with: list[SharedWith]


class CaucusShareIn(In):
    to: Annotated[list[ShareTo], Field(min_length=1, max_length=20)]
    consent: Text | None = None
    """By the mediator: how and when the party agreed. The party's own words need none."""


class CaucusHandoverOut(Out):
    count: int
    """How many items the next mediator will find."""
