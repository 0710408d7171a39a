"""ZIP archives: every member that can be read, a notice for each, and nothing a hostile one could do."""

from __future__ import annotations

import gzip
import io
import struct
import tarfile
import zipfile

import pytest

from tests.documents.document_builders import lines, outline, word_document, zipped
from warehouse.documents import archive_file, read_document
from warehouse.documents.model import ReadOutcome, UnreadableDocumentError

BUDGET = word_document(["项目", "预算数"], ["合计", "1.00"])
OTHER = word_document(["项目", "预算数"], ["合计", "2.00"])


def outcome_of(data: bytes) -> tuple[ReadOutcome, str]:
    with pytest.raises(UnreadableDocumentError) as caught:
        read_document(data)
    return caught.value.outcome, caught.value.reason


def test_members_are_read_in_order_with_a_notice_each():
    document = read_document(
        zipped(
            ("说明.html", "<p>说明</p>".encode()),
            ("表/预算.docx", BUDGET),
            ("扫描.png", b"\x89PNG\r\n\x1a\n"),
        )
    )
    assert document.format == "zip"
    assert outline(document) == ["说明.html", "说明", "表/预算.docx", [["项目", "预算数"], ["合计", "1.00"]]]
    assert document.tables[0].sheet == "表/预算.docx"
    assert [(notice.kind, notice.detail) for notice in document.notices] == [
        ("member_read", "说明.html: html, 0 tables"),
        ("member_read", "表/预算.docx: docx, 1 tables"),
        ("member_corrupt", "扫描.png: a picture with a damaged header"),
    ]


def test_names_in_gbk_are_decoded():
    name = "附件1：部门预算.docx"
    data = zipped(("x" * len(name.encode("gbk")), BUDGET)).replace(
        b"x" * len(name.encode("gbk")), name.encode("gbk")
    )
    assert lines(read_document(data)) == [name]


def test_names_that_point_elsewhere_do_no_harm():
    document = read_document(zipped(("../../etc/passwd", BUDGET), ("/abs/x.docx", OTHER)))
    assert lines(document) == ["../../etc/passwd", "/abs/x.docx"]
    assert len(document.tables) == 2


def test_archives_in_archives_up_to_a_depth():
    data = zipped(("a.docx", BUDGET))
    for _ in range(2):
        data = zipped(("inner.zip", data))
    assert len(read_document(data).tables) == 1
    for _ in range(2):
        data = zipped(("inner.zip", data))
    assert outcome_of(data)[0] == ReadOutcome.TOO_LARGE


def test_the_same_file_twice_is_read_once():
    document = read_document(zipped(("预算.docx", BUDGET), ("表/预算（1）.doc", BUDGET), ("二.docx", OTHER)))
    assert lines(document) == ["预算.docx", "二.docx"]
    assert [notice.kind for notice in document.notices] == ["member_read", "member_repeated", "member_read"]


def tar(*members: tuple[str, bytes]) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        for name, content in members:
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return file.getvalue()


def test_tar_and_gzip_are_read_like_zip():
    archive = tar(("._预算.docx", b"\x00\x05\x16\x07"), ("预算.docx", BUDGET), ("空.doc", b""))
    document = read_document(gzip.compress(archive))
    assert (document.format, lines(document)) == ("tar", ["预算.docx"])
    assert [notice.kind for notice in document.notices] == ["member_read", "member_empty"]
    assert read_document(gzip.compress(BUDGET)).tables == read_document(BUDGET).tables
    assert outcome_of(gzip.compress(archive)[:-40])[0] == ReadOutcome.CORRUPT
    assert outcome_of(archive[: 700 + len(BUDGET) // 2])[0] == ReadOutcome.CORRUPT
    assert outcome_of(tar(*((f"{i}.doc", b"x") for i in range(300))))[0] == ReadOutcome.TOO_LARGE


def test_a_gzip_bomb_is_refused(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(archive_file, "MAX_UNPACKED_BYTES", 2**20)
    assert outcome_of(gzip.compress(bytes(2**20 + 1)))[0] == ReadOutcome.TOO_LARGE


def test_bombs_are_refused():
    assert outcome_of(zipped(("a.html", bytes(40 * 2**20))))[0] == ReadOutcome.TOO_LARGE
    many = zipped(*((f"{i}.html", b"<p>x</p>") for i in range(300)))
    assert outcome_of(many)[0] == ReadOutcome.TOO_LARGE


def test_a_member_larger_than_announced_is_corrupt():
    data = bytearray(zipped(("a.html", b"<p>" + b"x" * 5000)))
    directory = data.index(b"PK\x01\x02")
    struct.pack_into("<I", data, directory + 24, 100)
    assert outcome_of(bytes(data))[0] == ReadOutcome.CORRUPT


def test_encrypted_archives_say_so():
    data = bytearray(zipped(("a.docx", BUDGET)))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    outcome, reason = outcome_of(bytes(data))
    assert outcome == ReadOutcome.ENCRYPTED
    assert "password" in reason


def test_an_empty_archive_and_a_truncated_one():
    empty = io.BytesIO()
    zipfile.ZipFile(empty, "w").close()
    assert outcome_of(empty.getvalue())[0] == ReadOutcome.EMPTY
    assert outcome_of(zipped(("a.html", b"<p>" + b"y" * 999))[:-30])[0] == ReadOutcome.CORRUPT
