"""Files are read in worker processes: what one file does to its worker is that file's outcome."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.documents import readers_for_tests
from tests.documents.document_builders import word_document
from warehouse.documents.model import ReadOutcome
from warehouse.reading import LIMITS, ReadResult, read_files, read_one
from warehouse.workers import MOST_WRITTEN_BYTES, Limits, run_isolated

ROOT = Path(__file__).resolve().parents[2]


def read(*orders: str, **limits: float) -> dict[str, ReadResult]:
    given = LIMITS._replace(silence_seconds=20, memory_mb=300)._replace(**limits)
    files = [(order, order.encode()) for order in orders]
    results = read_files(files, workers=1, limits=given, read=readers_for_tests.obey)
    return {result.sha256: result for result in results}


def said(result: ReadResult) -> str:
    assert result.recognition is not None
    return result.recognition.lines[0].text


def test_each_failure_is_the_outcome_of_its_file_and_the_others_are_read():
    results = read(
        "exit 9",
        "segfault",
        "raise 行",
        "allocate 600",
        "allocate 4000",
        "abort 9",
        "die 200",
        "die 1",
        "hello",
    )
    assert {order: str(result.outcome) for order, result in results.items()} == {
        "exit 9": "crashed",
        "segfault": "crashed",
        "raise 行": "crashed",
        "allocate 600": "out_of_memory",
        "allocate 4000": "out_of_memory",
        "abort 9": "out_of_memory",
        "die 200": "out_of_memory",
        "die 1": "crashed",
        "hello": "no_tables",
    }
    assert results["exit 9"].reason == "ended with exit code 9"
    assert results["abort 9"].reason == "ended by SIGABRT: memory allocation of 9 bytes failed"
    assert results["segfault"].reason.startswith("ended by SIGSEGV (")
    assert results["die 200"].reason.startswith("ended by SIGABRT (it held 2")
    assert results["die 1"].reason == "ended by SIGABRT"
    assert results["raise 行"].reason.startswith("KeyError in readers_for_tests.py:")
    assert said(results["hello"]) == "hello"


def test_a_file_that_takes_too_long_is_killed():
    started = time.monotonic()
    results = read("sleep 60", "hello", silence_seconds=1.5)
    assert time.monotonic() - started < 15
    assert results["sleep 60"].outcome == ReadOutcome.TIMEOUT
    assert results["sleep 60"].reason == "not finished after 1.5 seconds"
    assert results["hello"].outcome == ReadOutcome.NO_TABLES


def test_a_job_that_gives_signs_of_life_goes_on_until_its_longest_time():
    results = read("steps 10", "silent 10", silence_seconds=1.5)
    assert said(results["steps 10"]) == "10 steps"
    assert results["silent 10"].reason == "not finished after 1.5 seconds"
    (late,) = read("steps 40", silence_seconds=1.5, longest_seconds=2.5).values()
    assert (late.outcome, late.reason) == (ReadOutcome.TIMEOUT, "not finished after 2.5 seconds")


def test_a_job_may_end_in_time_with_what_it_has():
    (result,) = read("until 0.5", silence_seconds=3, longest_seconds=4).values()
    assert 2 <= int(said(result).split()[0]) <= 9


def test_workers_are_reused_and_ended():
    results = read("pid", "pid ", "pid  ")
    (pid,) = {said(result) for result in results.values()}
    assert int(pid) != os.getpid()
    assert not Path(f"/proc/{pid}").exists()


def test_files_are_pulled_as_workers_become_free():
    pulled: list[int] = []

    def files() -> Iterator[tuple[str, bytes]]:
        for i in range(20):
            pulled.append(i)
            yield str(i), b"hello"

    results = read_files(files(), workers=2, read=readers_for_tests.obey)
    next(results)
    assert len(pulled) <= 4
    results.close()
    assert len(pulled) <= 4


def test_closing_the_iterator_ends_busy_workers():
    results = run_isolated(
        readers_for_tests.note_pid_and_sleep,
        [("a", b"x"), ("b", b"60")],
        workers=2,
        limits=Limits(60, 60, 300),
    )
    first = next(results)
    results.close()
    assert first.key == "a"


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_interrupting_or_killing_the_reader_leaves_no_orphans(tmp_path: Path, how: signal.Signals):
    script = textwrap.dedent(
        f"""
        import signal
        from tests.documents import readers_for_tests
        from warehouse.reading import read_files
        # Shells start what runs in the background with the signal ignored, and children inherit that.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        files = [(str(i), b"note {tmp_path}") for i in range(4)]
        for result in read_files(files, workers=2, read=readers_for_tests.obey):
            pass
        """
    )
    command = [sys.executable, "-c", script]
    process = subprocess.Popen(command, env={**os.environ, "PYTHONPATH": str(ROOT)})
    deadline = time.monotonic() + 20
    while len(list(tmp_path.iterdir())) < 2 and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(how)
    process.wait(timeout=10)
    pids = [path.name for path in tmp_path.iterdir()]
    assert len(pids) == 2
    deadline = time.monotonic() + (5 if how == signal.SIGKILL else 0)
    while any(map(is_running, pids)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert [pid for pid in pids if is_running(pid)] == []


def is_running(pid: str) -> bool:
    """Whether there is such a process, and not only its exit code that nobody asked for."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_what_a_library_prints_blocks_no_worker_and_fills_no_disk():
    results = read("print 100", "after it")
    assert said(results["print 100"]).endswith("written")
    assert int(said(results["print 100"]).split()[0]) <= MOST_WRITTEN_BYTES
    assert said(results["after it"]) == "after it"


def children() -> set[str]:
    """The processes that this one has started and that are not gone."""
    return {
        number
        for task in Path("/proc/self/task").iterdir()
        for number in (task / "children").read_text().split()
    }


@pytest.mark.slow
def test_300_hostile_files_in_a_row_slow_nothing_down_and_leave_nothing_behind():
    files = [b"{" * 5000, b"%PDF-1.4\n" + b"[" * 9000 + b"%%EOF", b"PK\x03\x04" + bytes(900), b"<td>" * 3000]
    files_before, children_before = len(list(Path("/proc/self/fd").iterdir())), children()
    jobs = ((str(i), b"exit 3" if i % 25 == 24 else files[i % 4]) for i in range(300))
    results = list(read_files(jobs, workers=1, read=readers_for_tests.obey_or_read))
    assert len(results) == 300
    assert sum(result.outcome is ReadOutcome.CRASHED for result in results) == 12
    thirds = [sum(result.seconds for result in results[i : i + 100]) for i in (0, 200)]
    assert thirds[1] < 2 * thirds[0] + 1
    assert len(list(Path("/proc/self/fd").iterdir())) == files_before
    assert children() == children_before


@pytest.mark.parametrize(
    ("data", "outcome", "file_format"),
    [
        (word_document(["项目", "预算数"], ["合计", "1.00"]), ReadOutcome.READ, "docx"),
        ("<p>没有表格</p>".encode(), ReadOutcome.NO_TABLES, "html"),
        (b"<html><body></body></html>", ReadOutcome.NO_TEXT, None),
        (b"", ReadOutcome.EMPTY, None),
        (b"Rar!\x1a\x07\x01\x00", ReadOutcome.UNSUPPORTED, None),
    ],
)
def test_read_one_gives_the_same_outcomes_in_process(
    data: bytes, outcome: ReadOutcome, file_format: str | None
):
    result = read_one(data)
    assert (result.outcome, result.format) == (outcome, file_format)
    assert (result.reason is None) == (outcome == ReadOutcome.READ)


def test_real_documents_through_real_workers(shared: Path):
    names = ["qinhuangdao-shanhaiguan-commerce-2024.docx", "qinhuangdao-shanhaiguan-commerce-performance.doc"]
    files = [(name, (shared / "corpus" / name).read_bytes()) for name in names]
    results = {result.sha256: result for result in read_files(files, workers=1)}
    assert [results[name].outcome for name in names] == [ReadOutcome.READ, ReadOutcome.READ]
    assert [results[name].format for name in names] == ["docx", "doc"]


def test_a_file_without_tables_says_where_they_may_be():
    page = "<html><body><p>部门预算</p><img src='t.png'><iframe src='a.pdf'></iframe></body></html>"
    result = read_one(page.encode())
    assert result.outcome is ReadOutcome.NO_TABLES
    assert result.reason == (
        "text, but no table; 1 pictures of the page are not in the file: they may show tables; "
        "the page shows 1 other files, first a.pdf"
    )
