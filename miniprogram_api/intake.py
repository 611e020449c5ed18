from typing import Annotated, Self

from pydantic import Field, ValidationInfo, model_validator
from sanic import Blueprint

from backend.core.deps import Deps
from backend.core.errors import FieldProblem
from backend.core.schema import Code, In, Out, deps_of, problems
from backend.web.endpoint import endpoint

blueprint = Blueprint("mini_intake")


class OptionOut(Out):
    code: str
    text: str


class QuestionOut(Out):
    code: str
    text: str
    options: list[OptionOut]


class QuestionsOut(Out):
    version: str
    items: list[QuestionOut]


class AnswersIn(In):
    """Answer by question, both as codes; a question may be passed over."""

    answers: Annotated[dict[Code, Code], Field(max_length=20, default_factory=dict)]

    @model_validator(mode="after")
    def are_answers_to_questions(self, info: ValidationInfo) -> Self:
        known = {
            question.code: {option.code for option in question.options}
            for question in deps_of(info).catalog.intake.questions
        }
        wrong = [code for code, answer in self.answers.items() if answer not in known.get(code, ())]
        if wrong:
            raise problems(FieldProblem(f"answers.{code}", "没有这个选项，请重新选择。") for code in wrong)
        return self


class AdviceOut(Out):
    code: str
    door: str
    title: str
    text: str
    authority: str
    phone: str | None
    address: str | None


class AdviceListOut(Out):
    """The most urgent first. Whatever it says, filing stays open."""

    version: str
    may_file: bool
    items: list[AdviceOut]


@endpoint(blueprint, "GET", "/intake/questions", audience="anyone", returns=QuestionsOut)
async def get_intake_questions(deps: Deps) -> QuestionsOut:
    intake = deps.catalog.intake
    items = [QuestionOut.model_validate(question.model_dump()) for question in intake.questions]
    return QuestionsOut(version=intake.version, items=items)


@endpoint(
    blueprint,
    "POST",
    "/intake/advice",
    audience="anyone",
    body=AnswersIn,
    returns=AdviceListOut,
    opens_transaction=False,
)
async def advise(body: AnswersIn, deps: Deps) -> AdviceListOut:
    intake = deps.catalog.intake
    items = [AdviceOut.model_validate(each.model_dump(exclude={"when"})) for each in intake.advice_on(body.answers)]
    return AdviceListOut(version=intake.version, may_file=True, items=items)
