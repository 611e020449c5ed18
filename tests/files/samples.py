"""Small files of every kind, made here."""

import io
import struct
import wave
import zipfile
from typing import Any

import pillow_heif
from PIL import Image

pillow_heif.register_heif_opener(thumbnails=False)


def picture(
    format_: str, size: tuple[int, int] = (60, 40), mode: str = "RGB", color: str = "red", **options: Any
) -> bytes:
    buffer = io.BytesIO()
    Image.new(mode, size, color).save(buffer, format_, **options)
    return buffer.getvalue()


def jpeg(**options: Any) -> bytes:
    return picture("JPEG", **options)


def from_a_phone(format_: str) -> bytes:
    """Lying on its side, with camera, place and a remark in it."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "CAMERA-MAKER"
    exif.get_ifd(0x8825)[2] = (30.0, 23.0, 16.0)
    return picture(format_, exif=exif, xmp=b"<x>REMARK</x>", comment=b"REMARK")


def wav() -> bytes:
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(b"\0" * 800)
    return buffer.getvalue()


def boxed(brand: bytes) -> bytes:
    return struct.pack(">I", 24) + b"ftyp" + brand + b"\0\0\0\0" + brand + b"isom" + b"\0" * 40


def archive(*names: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        for name in names:
            file.writestr(name, "<x/>")
    return buffer.getvalue()


def compound(stream: str) -> bytes:
    return bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600 + stream.encode("utf-16-le") + b"\0" * 60


PDF = b"%PDF-1.7\n" + b"0" * 200
MP3 = b"ID3\x03\0\0\0\0\0\x21" + b"\0" * 200
