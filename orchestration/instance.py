"""Dagster's own storage, kept in the home so that nothing is configured by hand."""

from __future__ import annotations

from dagster import DagsterInstance

from warehouse.home import Home

SETTINGS = """\
# Written by mingzhang. Runs are stored beside the warehouse; nothing is sent anywhere.
telemetry:
  enabled: false
nux:
  enabled: false
run_coordinator:
  module: dagster.core.run_coordinator
  class: QueuedRunCoordinator
  config:
    max_concurrent_runs: 4
    tag_concurrency_limits:
      - key: mingzhang/job
        value: publish
        limit: 1
run_monitoring:
  enabled: true
"""


def prepare_dagster_home(home: Home) -> None:
    """Write dagster.yaml into the home, unless the operator has one there already."""
    home.dagster.mkdir(parents=True, exist_ok=True)
    settings = home.dagster / "dagster.yaml"
    if not settings.exists():
        settings.write_text(SETTINGS, encoding="utf-8")


def open_instance(home: Home) -> DagsterInstance:
    """The Dagster instance of this home."""
    prepare_dagster_home(home)
    return DagsterInstance.from_config(str(home.dagster))
