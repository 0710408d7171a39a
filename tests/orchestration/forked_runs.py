"""Commands forked from a process that has imported everything: a run begins at once, not after ten seconds.

Standard input: one line for each command, separated by tabs: the file that takes what it prints, and its
arguments. Standard output: the process id once it has begun, in a group of its own, then its exit code.
"""

from __future__ import annotations

import os
import sys
import traceback
from pathlib import Path

import dbt.cli.main
import great_expectations

import expectations.context
import expectations.data_docs
import expectations.report
import orchestration.__main__
import orchestration.cli
import orchestration.runner

IMPORTED = (dbt.cli.main, great_expectations, expectations.context, expectations.data_docs)
IMPORTED += (expectations.report, orchestration.cli, orchestration.runner)


def command(log: Path, arguments: list[str]) -> int:
    """The child: what `mingzhang` does, with everything that it prints in a file."""
    os.setsid()
    with log.open("wb", buffering=0) as output:
        for stream in (1, 2):
            os.dup2(output.fileno(), stream)
    sys.argv = ["mingzhang", *arguments]
    try:
        orchestration.__main__.main()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 1
    return 0


def main() -> None:
    """Fork one command after the other until standard input is closed."""
    for line in sys.stdin:
        log, *arguments = line.rstrip("\n").split("\t")
        child = os.fork()
        if child == 0:
            code = 1
            try:
                code = command(Path(log), arguments)
            except BaseException:  # noqa: BLE001 - as the interpreter does at its end
                traceback.print_exc()
            finally:
                sys.stdout.flush()
                sys.stderr.flush()
                os._exit(code)
        sys.stdout.write(f"{child}\n")
        sys.stdout.flush()
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
