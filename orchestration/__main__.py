"""The command `mingzhang`, or `python -m orchestration`: how it begins, and every way in which it ends."""

from __future__ import annotations

import logging
import sqlite3
import sys
from typing import NoReturn

from orchestration.exit_codes import EXIT_FAILED, EXIT_INTERRUPTED
from orchestration.interrupts import heeded


def main() -> None:
    """Run the command line; an interruption ends with one line, and what was recorded stays."""
    try:
        # Loading the commands takes half a second, in which people press Ctrl-C too.
        from orchestration.cli import app  # noqa: PLC0415

        logging.basicConfig(format="%(asctime)s %(message)s", datefmt="%H:%M:%S", level=logging.ERROR)
        logging.getLogger("mingzhang").setLevel(logging.INFO)
        logging.getLogger("scrapers").setLevel(logging.WARNING)
        with heeded():
            app()
    except KeyboardInterrupt:
        _end_interrupted()
    except SystemExit as end:
        if end.code == EXIT_INTERRUPTED:  # typer says nothing
            _end_interrupted()
        raise
    except Exception as error:
        message = _what_is_wrong(error)
        if message is None:
            raise
        print(message, file=sys.stderr)
        sys.exit(EXIT_FAILED)


def _end_interrupted() -> NoReturn:
    print("Interrupted. What was recorded is kept; the same command goes on from there.", file=sys.stderr)
    sys.exit(EXIT_INTERRUPTED)


def _what_is_wrong(error: Exception) -> str | None:
    """What to tell people; None where only a traceback says it.

    Messages of ours and of the operating system are meant for people. Dagster writes its own storage all the
    time, so that it is often the first to find a disk full.
    """
    room = type(error).__module__.partition(".")[0]
    if isinstance(error, OSError) and error.filename and error.strerror:
        return f"{error.filename}: {error.strerror}"
    if isinstance(error, OSError) or room in {"warehouse", "scrapers", "expectations", "orchestration"}:
        return str(error)
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, sqlite3.OperationalError):
        cause = cause.__cause__ or cause.__context__
    return f"Dagster's storage in the home: {cause} (is the disk full, or read-only?)" if cause else None


if __name__ == "__main__":
    main()
