"""All that a page needs before a tap: asking for subscriptions after an answer has been awaited fails."""

from sanic import Blueprint, Request

from backend.core.deps import Deps
from backend.core.schema import Moment, Out
from backend.files.types import LIMITS_BYTES, MAX_FILES, TYPES
from backend.web.endpoint import endpoint
from miniprogram_api.privacy import PrivacyNoticeOut
from models import FileKind

blueprint = Blueprint("mini_bootstrap")


class ConsentTextOut(Out):
    kind: str
    version: str
    text: str


class SceneTemplatesOut(Out):
    template_ids: list[str]


class FileLimitOut(Out):
    max_bytes: int
    extensions: list[str]


class FileLimitsOut(Out):
    kinds: dict[FileKind, FileLimitOut]
    max_files: int
    """In one filing or supplement."""


class BootstrapOut(Out):
    server_time: Moment
    privacy_notice: PrivacyNoticeOut
    consents: list[ConsentTextOut]
    scenes: dict[str, SceneTemplatesOut]
    pages: dict[str, str]
    file_limits: FileLimitsOut
    idempotency_days: int


@endpoint(blueprint, "GET", "/bootstrap", audience="anyone", returns=BootstrapOut)
async def bootstrap(deps: Deps, request: Request) -> BootstrapOut:
    settings, privacy = request.app.ctx.settings, deps.catalog.privacy
    return BootstrapOut(
        server_time=deps.clock.now(),
        privacy_notice=PrivacyNoticeOut(version=privacy.version, text=privacy.text),
        consents=[ConsentTextOut(kind=each.kind, version=each.version, text=each.text) for each in privacy.consents],
        scenes=_scenes(deps, settings.wechat_max_templates),
        pages=deps.catalog.pages,
        file_limits=_file_limits(),
        idempotency_days=settings.idempotency_days,
    )


def _scenes(deps: Deps, most: int) -> dict[str, SceneTemplatesOut]:
    return {
        scene: SceneTemplatesOut(template_ids=deps.catalog.in_one_request(deps.catalog.templates_of_scene(scene), most))
        for scene in deps.catalog.scenes
    }


def _file_limits() -> FileLimitsOut:
    kinds = {
        kind: FileLimitOut(
            max_bytes=most, extensions=sorted({each.extension for each in TYPES.values() if each.kind == kind})
        )
        for kind, most in LIMITS_BYTES.items()
    }
    return FileLimitsOut(kinds=kinds, max_files=MAX_FILES)
