"""The OpenAPI documents as files of the repository, so that a change of the contract shows in review."""

import json
from pathlib import Path

from backend import server
from backend.web import openapi
from config.settings import Settings

FOLDER = Path(__file__).parent.parent / "docs" / "openapi"


def documents() -> dict[str, openapi.Json]:
    """By API (`mini`, `staff`). Builds the application without starting it."""
    app = server.create_app(Settings(), name="hejie-openapi")
    return openapi.documents(app)


def write(*, check_only: bool) -> list[str]:
    """The files that are not what the routes say; they are written unless `check_only`."""
    changed = []
    for api, document in documents().items():
        path = FOLDER / f"{api}.json"
        text = json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            changed.append(f"docs/openapi/{path.name}")
            if not check_only:
                path.write_text(text, encoding="utf-8")
    return changed
