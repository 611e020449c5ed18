from backend.core.schema import Moment, Out


class FileOut(Out):
    """`size` and `sha256` are of what was uploaded; pictures are handed out without what the camera wrote in them."""

    id: str
    kind: str
    size: int
    sha256: str
    status: str
    content_type: str
    created_at: Moment


class LinksOut(Out):
    """Links work without a token until `expires_at`: who has one can open it. A rejected file has none."""

    status: str
    url: str | None
    thumbnail_url: str | None
    content_type: str
    expires_at: Moment
