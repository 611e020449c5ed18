import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.files.types import identify
from tests.files import samples

KNOWN = {
    "image/jpeg": samples.jpeg(),
    "image/png": samples.picture("PNG"),
    "image/webp": samples.picture("WEBP"),
    "image/heic": samples.picture("HEIF"),
    "audio/mpeg": samples.MP3,
    "audio/mp4": samples.boxed(b"M4A "),
    "audio/aac": b"\xff\xf1\x50\x80" + b"\0" * 60,
    "audio/amr": b"#!AMR\n" + b"\0" * 60,
    "audio/wav": samples.wav(),
    "video/mp4": samples.boxed(b"isom"),
    "video/quicktime": samples.boxed(b"qt  "),
    "video/3gpp": samples.boxed(b"3gp4"),
    "video/webm": b"\x1a\x45\xdf\xa3\x9fB\x86\x81\x01B\x82\x84webm",
    "application/pdf": samples.PDF,
    "application/msword": samples.compound("WordDocument"),
    "application/vnd.ms-excel": samples.compound("Workbook"),
    "application/vnd.ms-powerpoint": samples.compound("PowerPoint Document"),
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": samples.archive(
        "[Content_Types].xml", "word/document.xml"
    ),
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": samples.archive(
        "[Content_Types].xml", "xl/workbook.xml"
    ),
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": samples.archive(
        "[Content_Types].xml", "ppt/presentation.xml"
    ),
}
STRANGERS = {
    "gif": samples.picture("GIF"),
    "avif": samples.boxed(b"avif"),
    "svg": b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
    "html": b"<!doctype html><script>alert(1)</script>",
    "exe": b"MZ" + b"\0" * 200,
    "text": "楼上漏水".encode(),
    "zip": samples.archive("a.txt"),
    "docm": samples.archive("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"),
    "apk": samples.archive("AndroidManifest.xml", "classes.dex"),
    "msi": samples.compound("SummaryInformation"),
    "broken zip": samples.archive("[Content_Types].xml", "word/document.xml")[:40],
    "sync word of nothing": b"\xff\xff\xff\xff",
}


@pytest.mark.parametrize("content_type", KNOWN)
def test_known(content_type: str) -> None:
    found = identify(KNOWN[content_type])
    assert found is not None
    assert found.content_type == content_type


def test_bare_frames_of_mp3() -> None:
    for frame in (b"\xff\xfb\x90\x64", b"\xff\xf3\x44\xc4", b"\xff\xfa\x90\x64"):
        found = identify(frame + b"\0" * 100)
        assert found is not None
        assert found.content_type == "audio/mpeg"


@pytest.mark.parametrize("name", STRANGERS)
def test_strangers(name: str) -> None:
    assert identify(STRANGERS[name]) is None


@given(st.binary(max_size=200), st.sampled_from([b"", *(each[:16] for each in KNOWN.values())]))
def test_any_bytes_have_an_answer(content: bytes, start: bytes) -> None:
    identify(start + content)
