"""What may be uploaded, told from the bytes alone: the name and the claimed type are the sender's word.

An allow-list of signatures (RFC 9559, ISO/IEC 14496-12, 11172-3, 13818-7, RFC 4867, RFC 3533, ISO 32000, ECMA-376,
MS-CFB). Libraries that guess among hundreds of formats answer with several types at once.
"""

import io
import zipfile
from dataclasses import dataclass

from models import FileKind

_MB = 2**20
LIMITS_BYTES = {
    FileKind.IMAGE: 10 * _MB,
    FileKind.AUDIO: 20 * _MB,
    FileKind.VIDEO: 30 * _MB,
    FileKind.DOCUMENT: 20 * _MB,
}
MAX_FILES = 20


@dataclass(frozen=True, slots=True)
class FileType:
    kind: FileKind
    content_type: str
    extension: str


_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_SLIDES = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
TYPES = {
    "jpeg": FileType(FileKind.IMAGE, "image/jpeg", "jpg"),
    "png": FileType(FileKind.IMAGE, "image/png", "png"),
    "webp": FileType(FileKind.IMAGE, "image/webp", "webp"),
    "heic": FileType(FileKind.IMAGE, "image/heic", "heic"),
    "mp3": FileType(FileKind.AUDIO, "audio/mpeg", "mp3"),
    "m4a": FileType(FileKind.AUDIO, "audio/mp4", "m4a"),
    "aac": FileType(FileKind.AUDIO, "audio/aac", "aac"),
    "amr": FileType(FileKind.AUDIO, "audio/amr", "amr"),
    "wav": FileType(FileKind.AUDIO, "audio/wav", "wav"),
    "ogg": FileType(FileKind.AUDIO, "audio/ogg", "ogg"),
    "mp4": FileType(FileKind.VIDEO, "video/mp4", "mp4"),
    "mov": FileType(FileKind.VIDEO, "video/quicktime", "mov"),
    "3gp": FileType(FileKind.VIDEO, "video/3gpp", "3gp"),
    "webm": FileType(FileKind.VIDEO, "video/webm", "webm"),
    "pdf": FileType(FileKind.DOCUMENT, "application/pdf", "pdf"),
    "doc": FileType(FileKind.DOCUMENT, "application/msword", "doc"),
    "xls": FileType(FileKind.DOCUMENT, "application/vnd.ms-excel", "xls"),
    "ppt": FileType(FileKind.DOCUMENT, "application/vnd.ms-powerpoint", "ppt"),
    "docx": FileType(FileKind.DOCUMENT, _WORD, "docx"),
    "xlsx": FileType(FileKind.DOCUMENT, _SHEET, "xlsx"),
    "pptx": FileType(FileKind.DOCUMENT, _SLIDES, "pptx"),
}

_STARTS = (
    (b"\xff\xd8\xff", "jpeg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"%PDF-", "pdf"),
    (b"#!AMR", "amr"),
    (b"OggS", "ogg"),
    (b"ID3", "mp3"),
)
_RIFF_FORMS = {b"WEBP": "webp", b"WAVE": "wav"}
_BRANDS = (
    (("heic", "heix", "heim", "heis", "mif1"), "heic"),
    (("M4A ", "M4B "), "m4a"),
    (("qt  ",), "mov"),
    (("3gp", "3g2"), "3gp"),
    (("isom", "iso", "mp4", "avc1", "M4V ", "MSNV", "mmp4", "dash"), "mp4"),
)
"""Beginnings of the major brand in an `ftyp` box."""
_OFFICE_FOLDERS = {"word/": "docx", "xl/": "xlsx", "ppt/": "pptx"}
_COMPOUND_FILE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_STREAMS = (("WordDocument", "doc"), ("Workbook", "xls"), ("PowerPoint Document", "ppt"))


def identify(content: bytes) -> FileType | None:
    """None for anything that is not on the list."""
    for look in (_by_start, _by_riff, _by_brand, _by_frame, _by_archive, _by_streams, _by_ebml):
        name = look(content)
        if name is not None:
            return TYPES[name]
    return None


def _by_start(content: bytes) -> str | None:
    return next((name for start, name in _STARTS if content.startswith(start)), None)


def _by_riff(content: bytes) -> str | None:
    return _RIFF_FORMS.get(content[8:12]) if content.startswith(b"RIFF") else None


def _by_brand(content: bytes) -> str | None:
    if content[4:8] != b"ftyp":
        return None
    brand = content[8:12].decode("latin-1")
    return next((name for brands, name in _BRANDS if brand.startswith(brands)), None)


def _by_frame(content: bytes) -> str | None:
    """Streams without a container begin with the sync word of a frame."""
    if len(content) < 4 or content[0] != 0xFF:
        return None
    if content[1] & 0xF6 == 0xF0:
        return "aac"
    is_layer_3 = content[1] & 0xE6 == 0xE2
    bitrate, sampling = content[2] >> 4, content[2] >> 2 & 0b11
    return "mp3" if is_layer_3 and bitrate not in (0, 15) and sampling != 3 else None


def _by_archive(content: bytes) -> str | None:
    """Office Open XML, unless it carries macros."""
    if not content.startswith(b"PK\x03\x04"):
        return None
    try:
        names = zipfile.ZipFile(io.BytesIO(content)).namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return None
    if "[Content_Types].xml" not in names or any(name.endswith("vbaProject.bin") for name in names):
        return None
    return next((kind for folder, kind in _OFFICE_FOLDERS.items() if any(n.startswith(folder) for n in names)), None)


def _by_streams(content: bytes) -> str | None:
    """A compound file holds an old Office document if it names its stream; installers are compound files too."""
    if not content.startswith(_COMPOUND_FILE):
        return None
    return next((kind for stream, kind in _STREAMS if stream.encode("utf-16-le") in content), None)


def _by_ebml(content: bytes) -> str | None:
    return "webm" if content.startswith(b"\x1a\x45\xdf\xa3") and b"webm" in content[:64] else None
