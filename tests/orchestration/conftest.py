"""One demo for all tests of this folder: the real command, the real replica, a fresh home."""

from __future__ import annotations

import pytest

from tests.orchestration.installation import Installation, free_ports


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Installation, str]:
    """The demo after its first run, and what that printed."""
    installation = Installation(tmp_path_factory.mktemp("home"), free_ports())
    return installation, installation.demo().stderr
