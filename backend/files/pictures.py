"""Photographs as they are handed out: upright, without the place and the camera in them."""

import io
from dataclasses import dataclass

import pillow_heif
from PIL import Image, ImageOps

from backend.core.errors import InvalidFieldsError

pillow_heif.register_heif_opener(thumbnails=False)

_FORMATS = ("JPEG", "PNG", "WEBP", "HEIF")
_SHOWN_AS = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
_TELLS_NOTHING = frozenset(
    {
        "adobe",
        "adobe_transform",
        "background",
        "dpi",
        "duration",
        "gamma",
        "icc_profile",
        "interlace",
        "jfif",
        "jfif_density",
        "jfif_unit",
        "jfif_version",
        "loop",
        "progression",
        "progressive",
        "srgb",
        "timestamp",
        "transparency",
    }
)
"""What Pillow reports of a picture that says how to draw it, and nothing of who took it where."""
_DRAWING_SEGMENTS = frozenset({"APP0", "APP2", "APP14"})
_MAX_PIXELS = 64_000_000
"""A small file may unpack to gigabytes; larger cameras save smaller pictures by default."""
_THUMBNAIL = (480, 480)
_UNREADABLE = "这张图片打不开，可能没有拍好或没有传完整，请重新选择。"
_TOO_MANY_PIXELS = "这张图片的尺寸太大，请缩小后重新上传，或换一张。"


@dataclass(frozen=True, slots=True)
class Picture:
    content: bytes
    content_type: str
    thumbnail: bytes


def developed(content: bytes) -> Picture:
    """HEIC becomes JPEG. Takes up to a second of processor time. Raises InvalidFieldsError at `file`."""
    upright, format_ = _decoded(content)
    if format_ in _SHOWN_AS and _says_nothing(content):
        return Picture(content, _SHOWN_AS[format_], _thumbnail(upright))
    colors = upright.info.get("icc_profile")
    buffer = io.BytesIO()
    if format_ == "PNG":
        _without_remarks(upright).save(buffer, "PNG", icc_profile=colors)
    elif format_ == "WEBP":
        _without_remarks(upright).save(buffer, "WEBP", quality=90, icc_profile=colors)
    else:
        _without_remarks(_on_white(upright)).save(buffer, "JPEG", quality=90, icc_profile=colors)
    return Picture(buffer.getvalue(), _SHOWN_AS.get(format_, "image/jpeg"), _thumbnail(upright))


def _decoded(content: bytes) -> tuple[Image.Image, str]:
    """Upright, and the format it came in."""
    too_many_pixels = InvalidFieldsError.at("file", _TOO_MANY_PIXELS)
    try:
        image = Image.open(io.BytesIO(content), formats=_FORMATS)
        if image.width * image.height <= _MAX_PIXELS:
            image.load()
            return ImageOps.exif_transpose(image), image.format or ""
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise too_many_pixels from error
    except Exception as error:  # decoders fail in every way there is on hostile bytes
        raise InvalidFieldsError.at("file", _UNREADABLE) from error
    raise too_many_pixels


def _says_nothing(content: bytes) -> bool:
    """Whether a picture can be handed out byte for byte: upright, and without remarks."""
    with Image.open(io.BytesIO(content), formats=_FORMATS) as image:
        image.load()
        segments = {name for name, _ in getattr(image, "applist", ())}
        return not image.getexif() and _TELLS_NOTHING.issuperset(image.info) and _DRAWING_SEGMENTS.issuperset(segments)


def _without_remarks(image: Image.Image) -> Image.Image:
    """Comments, EXIF and XMP ride along in `info`."""
    transparency = image.info.get("transparency")
    image.info = {} if transparency is None else {"transparency": transparency}
    return image


def _on_white(image: Image.Image) -> Image.Image:
    """JPEG knows no transparency, and of 16-bit and palette pictures nothing."""
    if not image.has_transparency_data:
        return image if image.mode in ("RGB", "L", "CMYK") else image.convert("RGB")
    layer = image.convert("RGBA")
    paper = Image.new("RGB", layer.size, "white")
    paper.paste(layer, mask=layer.getchannel("A"))
    return paper


def _thumbnail(image: Image.Image) -> bytes:
    small = image.copy()
    small.thumbnail(_THUMBNAIL)
    buffer = io.BytesIO()
    _without_remarks(_on_white(small).convert("RGB")).save(buffer, "JPEG", quality=80)
    return buffer.getvalue()
