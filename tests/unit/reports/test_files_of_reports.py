"""The files of a report: each stands alone, has the same numbers, and executes nothing."""

import base64
import hashlib
import json
import re
import tomllib
import zipfile
import zlib
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from python_calamine import CalamineWorkbook

import worker.reports.paper
from tests.builders.campaign_report import CAUSE, NAME, a_report
from worker.domain.call import Outcome
from worker.domain.language import Language
from worker.ports.records.report_files import ReportForm
from worker.reports.writer import ReportFiles

FOLDER = Path(worker.reports.paper.__file__).parent
FONTS = FOLDER / "fonts"


def written(form: ReportForm, *, language: Language = Language.ENGLISH, calls: int = 3_000) -> bytes:
    return ReportFiles().write(a_report(calls=calls), form=form, language=language).content


def test_the_page_needs_no_other_file_runs_nothing_and_escapes_names() -> None:
    page = written(ReportForm.HTML).decode()

    assert "<script" not in page
    assert "Nhắc nợ Ỷ &lt;script&gt;alert(1)&lt;/script&gt; &amp; Co" in page
    assert not re.search(r"https?:|url\(|@import|\bsrc=|\bhref=|\son\w+=", page)
    assert page.count("<svg ") == 7
    assert "@media print" in page
    for svg in re.findall(r"<svg .*?</svg>", page, flags=re.DOTALL):
        assert ET.fromstring(svg).find("title") is not None  # noqa: S314 - our own


def test_the_page_says_the_same_in_both_languages() -> None:
    english, vietnamese = (written(ReportForm.HTML, language=one).decode() for one in Language)

    assert '<html lang="en">' in english
    assert '<html lang="vi">' in vietnamese
    assert ("<dd>3,000</dd>" in english, "<dd>3.000</dd>" in vietnamese) == (True, True)
    assert "Tỷ lệ kết nối" in vietnamese


def test_a_ring_of_one_part_is_still_drawn() -> None:
    report = replace(a_report(), outcomes={Outcome.ANSWERED: 7})
    page = ReportFiles().write(report, form=ReportForm.HTML, language=Language.ENGLISH).content.decode()

    ((*begins, end_x, end_y),) = re.findall(r'<path d="M([\d.]+) ([\d.]+)A[\d.]+ [\d.]+ 0 1 1 ([\d.]+) ([\d.]+)L', page)
    assert begins != [end_x, end_y]


def test_a_report_without_calls_is_written_too() -> None:
    files = {form: written(form, calls=0) for form in ReportForm}

    assert files[ReportForm.HTML].decode().count("No call in this period.") == 7
    assert all(files.values())


def test_the_pdf_has_vietnamese_letters_two_pages_and_the_same_bytes_again() -> None:
    content = written(ReportForm.PDF, language=Language.VIETNAMESE)
    streams = [_inflated(part) for part in re.findall(rb"stream\r?\n(.*?)endstream", content, flags=re.DOTALL)]

    assert content.startswith(b"%PDF-")
    assert len(re.findall(rb"/Type /Page\b", content)) == 2
    assert any(b"<1EF6>" in stream and b"begincmap" in stream for stream in streams)  # Ỷ can be searched for
    assert written(ReportForm.PDF, language=Language.VIETNAMESE) == content


def test_the_workbook_has_native_charts_over_its_numbers_and_no_formula() -> None:
    content = written(ReportForm.XLSX)
    book = CalamineWorkbook.from_filelike(BytesIO(content))
    figures = book.get_sheet_by_name("Figures").to_python()
    with zipfile.ZipFile(BytesIO(content)) as archive:
        names = archive.namelist()
        charts = [archive.read(name).decode() for name in names if re.fullmatch(r"xl/charts/chart\d+\.xml", name)]
        sheets = [archive.read(name).decode() for name in names if name.startswith("xl/worksheets/sheet")]

    assert book.sheet_names == ["Summary", "Figures"]
    assert len(charts) == 7
    assert {kind for chart in charts for kind in re.findall(r"<c:(bar|doughnut)Chart>", chart)} == {"bar", "doughnut"}
    assert all("Figures!$B$" in chart for chart in charts)
    assert not any("<f>" in sheet for sheet in sheets)
    assert {("answered", 2_000), (CAUSE, 1_000)} <= {(row[0], row[1]) for row in figures}
    assert book.get_sheet_by_name("Summary").to_python()[0][0] == NAME


@pytest.mark.parametrize(
    ("name", "called"),
    [("Nhắc nợ: Đợt 1", "Nhac-no-Dot-1"), ('../"; x\r\n', "x"), ("!!!", "report"), ("a" * 90, "a" * 60)],
)
def test_a_file_is_named_after_the_campaign_and_the_day_in_plain_letters(name: str, called: str) -> None:
    file = ReportFiles().write(a_report(name=name), form=ReportForm.PDF, language=Language.ENGLISH)

    assert file.name == f"{called}-2026-11-23.pdf"


def test_the_font_is_the_packages_own_with_its_licence() -> None:
    """`npm pack dejavu-fonts-ttf@2.37.3` has the same files; npm says the same integrity."""
    source = json.loads((FONTS / "SOURCE.json").read_text(encoding="utf-8"))
    files = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in FONTS.iterdir()}
    files.pop("SOURCE.json")

    assert files == source["sha256"]
    assert "reproduce and distribute the" in (FONTS / "LICENSE").read_text(encoding="utf-8")


def test_the_wheel_has_the_font_and_the_template() -> None:
    told = tomllib.loads((FOLDER.parent.parent / "pyproject.toml").read_text(encoding="utf-8"))
    patterns = told["tool"]["setuptools"]["package-data"]["worker.reports"]
    packed = {path for pattern in patterns for path in FOLDER.glob(f"{pattern}/*") if path.is_file()}

    assert packed == {path for name in ("fonts", "templates") for path in (FOLDER / name).iterdir()}


def _inflated(stream: bytes) -> bytes:
    text = stream.strip().removesuffix(b"~>")
    return zlib.decompress(text if text.startswith(b"x") else base64.a85decode(text))
