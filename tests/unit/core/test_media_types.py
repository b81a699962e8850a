"""Media types: what bytes are, whatever they are called."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from gridwitness.errors import InvalidInput
from gridwitness.records.media_types import DEFAULT_ALLOWED, check_type, media_type_of, sniff

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PROGRAM = "application/x-executable"


def archive(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name in names:
            made.writestr(name, "<x/>" * 30)
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (b"%PDF-1.7", "application/pdf"),
        (b"\0\0\0\x18ftypmp42", "video/mp4"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1", "image/heic"),
        (b"\0\0\0\x18ftypM4A ", "audio/mp4"),
        (b"RIFF\0\0\0\0WEBP", "image/webp"),
        (b"RIFF\0\0\0\0WAVE", "audio/wav"),
        (b"RIFF\0\0\0\0ACON", "application/octet-stream"),
        (b"#!AMR\n\x3c", "audio/amr"),
        (b"ID3\x03\0", "audio/mpeg"),
        ("你好".encode(), "text/plain"),
        ("现场检查笔录".encode("gb18030"), "text/plain"),
        ("现场检查笔录".encode("utf-16"), "text/plain"),
        (b"\xef\xbb\xbfa,b\r\n1,2\r\n", "text/plain"),
        ("好".encode() * 2731, "text/plain"),  # the head ends within a character
        (b"MZ is how this note begins, and it goes on for longer than any header would.", "text/plain"),
        (b"a < b and 3 <5", "text/plain"),
        (b"\xff\xfe\x00", "application/octet-stream"),
        (b"", "application/octet-stream"),
        (b"text\0with zeroes", "application/octet-stream"),
        (b"MZ\x90\0" + bytes(80), PROGRAM),
        (b"\x7fELF\x02", PROGRAM),
        (b"\xca\xfe\xba\xbe\0\0\0\x34", PROGRAM),
        (b"L\0\0\0\x01\x14\x02\0", PROGRAM),
        (b"#!/bin/sh\n", "text/x-script"),
        (b"@ECHO OFF\r\n", "text/x-script"),
        (b"  <!DOCTYPE html>", "text/html"),
        (b"\xef\xbb\xbf<svg/onload=x>", "text/html"),
        (b"<?xml version='1.0'?><svg/>", "text/html"),
        (b"some words first\n<script src=x>", "text/html"),
        ("<script>".encode("utf-16"), "text/html"),
        (archive("[Content_Types].xml", "_rels/.rels", "word/document.xml"), WORD),
        (archive("_rels/.rels", "xl/workbook.xml", "[Content_Types].xml"), SHEET),
        (archive("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"), "application/zip"),
        (archive("[Content_Types].xml", "word/document.xml")[:-9], "application/zip"),
        (archive("META-INF/MANIFEST.MF", "A.class"), "application/zip"),
        (b"PK\x05\x06" + bytes(18), "application/zip"),
        (b"PK\x03\x04PK\x05\x06" + b"\xff" * 18, "application/zip"),
    ],
)  # fmt: skip
def test_by_the_bytes(tmp_path: Path, content: bytes, media_type: str) -> None:
    path = tmp_path / "named.png"
    path.write_bytes(content)
    assert media_type_of(path) == media_type


def test_the_head_is_enough_for_all_but_archives() -> None:
    assert sniff(b"%PDF-") == "application/pdf"
    assert sniff(archive("[Content_Types].xml", "word/document.xml")) == "application/zip"


@pytest.mark.parametrize(
    ("found", "declared", "code"),
    [
        (PROGRAM, None, "file-type-refused"),
        ("text/html", "text/html", "file-type-refused"),
        ("application/zip", WORD, "file-type-refused"),
        ("image/png", "image/jpeg", "file-type-mismatch"),
        ("text/plain", "image/png", "file-type-mismatch"),
    ],
)
def test_refused(found: str, declared: str | None, code: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        check_type(found, frozenset(DEFAULT_ALLOWED), declared)
    assert refusal.value.code == code


@pytest.mark.parametrize("declared", ["text/csv", "text/plain", "application/octet-stream", None])
def test_a_name_the_bytes_do_not_contradict(declared: str | None) -> None:
    check_type("text/plain", frozenset(DEFAULT_ALLOWED), declared)
