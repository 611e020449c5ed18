"""Papers and their templates on the wire."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints, ValidationInfo, field_validator

from backend.core.clock import today
from backend.core.schema import Code, In, Line, Moment, Out, deps_of, problem
from backend.papers.template import MAX_LENGTH
from models import PaperState


class PaperIn(In):
    """`subject_id`: the party or the meeting, for papers of which there is one for each."""

    code: Code
    subject_id: UUID | None = None
    draft: bool = False

    @field_validator("code")
    @classmethod
    def is_known(cls, value: str, info: ValidationInfo) -> str:
        papers = deps_of(info).catalog.papers
        if value not in papers:
            known = "、".join(f"{code}（{kind.title}）" for code, kind in papers.items())
            raise problem(f"没有这种文书，可以选择：{known}。")
        return value


class PaperFileOut(Out):
    sha256: str
    size: int
    """Bytes."""


class PaperOut(Out):
    """`content_sha256` is of what it says, the files' are of their bytes. `verify_path` is what the code on a final
    paper leads to. `missing_characters` stand as 〓 in the PDF and are to be written in by hand."""

    id: str
    code: str
    title: str
    subject_id: str
    draft: bool
    state: PaperState
    content_sha256: str
    template_version: int
    pages: int | None
    pdf: PaperFileOut | None
    docx: PaperFileOut | None
    missing_characters: list[str]
    verify_path: str | None
    requested_at: Moment
    made_at: Moment | None
    superseded_at: Moment | None


class OwnPaperOut(Out):
    """As a party reads it."""

    id: str
    code: str
    title: str
    pages: int
    pdf: PaperFileOut
    docx: PaperFileOut
    verify_path: str | None
    made_at: Moment


class OwnPapersOut(Out):
    items: list[OwnPaperOut]


class SubjectOut(Out):
    id: str
    name: str


class PossiblePaperOut(Out):
    """`subjects`: of what there is one each; empty where there is only the one of the case."""

    code: str
    title: str
    of: Literal["case", "party", "meeting"]
    readers: Literal["staff", "applicant", "parties", "party"]
    made: bool
    """There is a final one, of the case or of every subject."""
    subjects: list[SubjectOut]


class PossiblePapersOut(Out):
    items: list[PossiblePaperOut]


Source = Annotated[str, StringConstraints(min_length=1, max_length=MAX_LENGTH)]


class TemplateText(In):
    text: Source


class PreviewIn(In):
    """Without a text: the one in force."""

    text: Source | None = None


class TemplateIn(TemplateText):
    """In force from the day on which it begins, until a later one is."""

    effective_on: date | None = None
    note: Line | None = None

    @field_validator("effective_on")
    @classmethod
    def is_not_past(cls, value: date | None, info: ValidationInfo) -> date | None:
        if value is not None and value < today(deps_of(info).clock):
            raise problem("生效日期不能早于今天：已经制作的文书保留原来的版本。")
        return value


class RollbackIn(In):
    """0 is the version that came with the program."""

    to_version: Annotated[int, Field(ge=0, le=2**31 - 1)]


class TemplateVersionOut(Out):
    version: int
    effective_on: str | None
    added_at: Moment | None
    added_by: str | None
    note: str
    withdrawn_at: Moment | None
    in_force: bool


class TemplateBriefOut(Out):
    code: str
    title: str
    version: int
    """In force today."""


class TemplatesOut(Out):
    items: list[TemplateBriefOut]


class FieldOut(Out):
    """`fields` where it is a list, to be written with `{% for %}`."""

    name: str
    sample: str
    fields: list["FieldOut"]


class TemplateOut(TemplateBriefOut):
    text: str
    fields: list[FieldOut]
    must_say: list[str]
    versions: list[TemplateVersionOut]
    """The latest first."""


class TemplateTextOut(Out):
    version: int
    text: str
