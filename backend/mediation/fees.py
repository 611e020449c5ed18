"""What a commercial institution charges: published, versioned, known before the start. Amounts in fen. Pure."""

from collections.abc import Iterable
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from backend.core.errors import FieldProblem
from backend.core.schema import In, Line, Out, problem, problems
from backend.disputes.schemas import MAX_FEN

_WHOLE = 10_000

Fen = Annotated[int, Field(ge=0, le=MAX_FEN)]
Payer = Literal["applicant", "respondent", "shared"]


class Tier(In):
    """Of the part of the amount above the tier before, up to `up_to_fen` (None = all the rest), so many
    ten-thousandths."""

    up_to_fen: Annotated[int, Field(ge=1, le=MAX_FEN)] | None = None
    rate_bp: Annotated[int, Field(ge=0, le=_WHOLE)]


class FeeLine(In):
    name: Line
    amount_fen: Fen | None = None
    """A fixed price; or else by tiers of the amount in dispute."""
    tiers: Annotated[tuple[Tier, ...], Field(max_length=20)] = ()
    least_fen: Fen = 0
    most_fen: Fen | None = None
    borne_by: Payer = "shared"

    @model_validator(mode="after")
    def has_one_price(self) -> Self:
        if (self.amount_fen is None) == (not self.tiers):
            raise problem("每一项请填写固定金额，或者按标的额分段的费率，二者选一。")
        if self.most_fen is not None and self.most_fen < self.least_fen:
            raise problems([FieldProblem("most_fen", "最高收费不能低于最低收费。")])
        if found := list(_tier_problems(self.tiers)):
            raise problems(found)
        return self


def _tier_problems(tiers: tuple[Tier, ...]) -> Iterable[FieldProblem]:
    floor = 0
    for index, tier in enumerate(tiers):
        is_last = index == len(tiers) - 1
        if (tier.up_to_fen is None) != is_last:
            yield FieldProblem(f"tiers.{index}.up_to_fen", "除最后一段外都要写上限，最后一段不写。")
        elif tier.up_to_fen is not None and tier.up_to_fen <= floor:
            yield FieldProblem(f"tiers.{index}.up_to_fen", "上限要一段比一段高。")
        floor = tier.up_to_fen or floor


class QuotedLine(Out):
    name: str
    amount_fen: int | None
    """None: by the amount in dispute, which is not known."""
    borne_by: Payer


def quoted(lines: Iterable[FeeLine], claimed_fen: int | None) -> list[QuotedLine]:
    """What each line comes to for an amount in dispute."""
    return [QuotedLine(name=line.name, amount_fen=price(line, claimed_fen), borne_by=line.borne_by) for line in lines]


def price(line: FeeLine, claimed_fen: int | None) -> int | None:
    """Rounded half up to the fen, then held between `least_fen` and `most_fen`."""
    if line.amount_fen is not None:
        return line.amount_fen
    if claimed_fen is None:
        return None
    due = (_by_tiers(line.tiers, claimed_fen) + _WHOLE // 2) // _WHOLE
    due = max(due, line.least_fen)
    return due if line.most_fen is None else min(due, line.most_fen)


def _by_tiers(tiers: Iterable[Tier], claimed_fen: int) -> int:
    """In ten-thousandths of a fen."""
    total, floor = 0, 0
    for tier in tiers:
        top = claimed_fen if tier.up_to_fen is None else min(claimed_fen, tier.up_to_fen)
        total += max(0, top - floor) * tier.rate_bp
        floor = max(floor, top)
    return total
