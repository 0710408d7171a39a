"""Dagster's own storage, kept in the home so that nothing is configured by hand."""

from __future__ import annotations

from dagster import DagsterInstance
from dagster._core.instance import InstanceRef

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
    """The Dagster instance of this home, for runs in this process.

    What these print goes to the screen: no copy is made of it, which would take two processes for each run,
    and Ctrl-C would end those with tracebacks.
    """
    prepare_dagster_home(home)
    noop = {"module": "dagster._core.storage.noop_compute_log_manager", "class": "NoOpComputeLogManager"}
    return DagsterInstance.from_ref(InstanceRef.from_dir(str(home.dagster), overrides={"compute_logs": noop}))
