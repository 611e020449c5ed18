"""`make test-papers`: LibreOffice opens every DOCX and says what it should. Not part of `make test`."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from backend.core.catalog import Catalog
from backend.papers import docx, fields, fonts, template
from backend.papers.kinds import PAPERS
from backend.papers.sheet import Check, Sheet
from config.catalog_files import read_catalog
from tests.papers.reading import pdf_text, said

CATALOG = Catalog.parse(read_catalog())
OFFICE = shutil.which("soffice") or shutil.which("libreoffice")
FONTS = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>{fonts}</dir><cachedir>{cache}</cachedir></fontconfig>"""
"""A server has no Chinese fonts: LibreOffice gets those of the PDFs."""
NEEDED = "LibreOffice is needed: apt-get install -y --no-install-recommends libreoffice-writer"


@pytest.fixture(scope="module")
def converted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All of them at once: it takes longer to start than to convert."""
    if OFFICE is None:
        pytest.fail(NEEDED)
    folder = tmp_path_factory.mktemp("papers")
    for code in PAPERS:
        values = fields.samples(PAPERS[code].shape)
        blocks = tuple(template.fill(CATALOG.paper_templates[code], values))
        check = Check("https://hejie.example/verify/abcdefghijklmnopqrstuvwx", "ab" * 32)
        (folder / f"{code}.docx").write_bytes(docx.draw(Sheet(CATALOG.papers[code].title, blocks, "样张", check)))
    (folder / "fonts.conf").write_text(FONTS.format(fonts=fonts.FOLDER, cache=folder / "cache"))
    command = [OFFICE, f"-env:UserInstallation=file://{folder}/profile", "--headless", "--convert-to", "pdf"]
    papers, environment = sorted(folder.glob("*.docx")), {"FONTCONFIG_FILE": str(folder / "fonts.conf")}
    subprocess.run([*command, "--outdir", folder, *papers], check=True, timeout=240, env=os.environ | environment)
    return folder


@pytest.mark.parametrize("code", PAPERS)
def test_libreoffice_reads_what_was_written(converted: Path, code: str) -> None:
    text = pdf_text((converted / f"{code}.pdf").read_bytes())
    wanted = said(fields.samples(PAPERS[code].shape), CATALOG.paper_templates[code])
    assert [value for value in wanted if value not in text] == []
