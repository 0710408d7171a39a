"""`python -m orchestration` is `mingzhang`."""

from orchestration.cli import main

main()
