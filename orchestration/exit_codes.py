"""Exit codes of the command line, as docs/operators.md lists them."""

from __future__ import annotations

EXIT_FAILED = 1
EXIT_QUARANTINED = 3
EXIT_UNREADABLE = 4
EXIT_INTERRUPTED = 130
