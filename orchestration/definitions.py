"""What Dagster loads: the installation of MINGZHANG_HOME and MINGZHANG_SITES, which `mingzhang dev` sets."""

from __future__ import annotations

import os
from pathlib import Path

from orchestration.jobs import build_definitions
from scrapers.sites import load_sites, sites_folder
from warehouse.home import Home

_given = os.environ.get("MINGZHANG_SITES")

defs = build_definitions(Home.find(), load_sites(sites_folder(Home.find(), Path(_given) if _given else None)))
