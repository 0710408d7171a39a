"""What Dagster loads: the installation of MINGZHANG_HOME and MINGZHANG_SITES, which `mingzhang dev` sets."""

from __future__ import annotations

import os
from pathlib import Path

from orchestration.jobs import build_definitions
from scrapers.sites import SITES_FOLDER, load_sites
from warehouse.home import Home

defs = build_definitions(Home.find(), load_sites(Path(os.environ.get("MINGZHANG_SITES", SITES_FOLDER))))
