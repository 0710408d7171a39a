"""Every captured page is read as a person who reviewed it expects; `mingzhang sites add` captures them."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from scrapers.fixtures import understood
from scrapers.sites import SITES_FOLDER, load_sites, read_site

FIXTURES = Path(__file__).parent / "fixtures"


@pytest.mark.parametrize("folder", sorted(FIXTURES.iterdir()), ids=lambda folder: folder.name)
def test_captured_pages_are_read_as_expected(folder: Path):
    shipped = SITES_FOLDER / f"{folder.name}.yml"
    site = read_site(shipped) if shipped.exists() else read_site(folder / "site.yml", site_id=folder.name)
    expected = yaml.safe_load((folder / "expected.yml").read_text("utf-8"))
    assert expected.pop("reviewed"), f"compare {folder}/expected.yml with the pages, then say reviewed: true"
    assert understood(folder, site) == expected


def test_a_verified_site_has_a_fixture():
    verified = {site_id for site_id, site in load_sites().items() if site.verified}
    assert verified <= {folder.name for folder in FIXTURES.iterdir()}
