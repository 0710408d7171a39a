"""One run over several sites: each is collected, then all is published, through Dagster in this process."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from dagster import (
    DagsterExecutionInterruptedError,
    DagsterInstance,
    Definitions,
    ExecuteInProcessResult,
)
from dagster_shared.error import SerializableErrorInfo

from expectations.figures import RunSummary, read_summary
from orchestration import pipeline
from orchestration.assets import RUN_TAG
from orchestration.instance import open_instance
from orchestration.interrupts import stop_if_interrupted
from orchestration.jobs import COLLECT, PUBLISH, build_definitions
from scrapers.sites import Site
from warehouse.home import Home
from warehouse.record.events import CrawlFinished
from warehouse.record.log import EventLog

log = logging.getLogger("mingzhang")

_INTERRUPTIONS = {DagsterExecutionInterruptedError.__name__, KeyboardInterrupt.__name__}
"""As Dagster records them: for itself they are failures of a step."""


@dataclass(frozen=True, slots=True)
class RunOutcome:
    """What a run came to."""

    summary: RunSummary
    seconds: float
    failed_sites: tuple[str, ...]
    """Sites that could not be crawled or landed; the others went on."""
    publication_failed: bool


def run(home: Home, sites: Mapping[str, Site]) -> RunOutcome:
    """Crawl, read, land and judge every site, then publish if there is news.

    Sites are crawled side by side, and what they gave is landed one after the other, the first to end first.
    A site that fails stops no other, and what was found elsewhere is published.
    """
    started = time.monotonic()
    run_id = pipeline.new_run_id()
    pipeline.recover(home)
    with EventLog.open(home.event_log) as events:
        begin = events.last_position()
    ends: dict[str, CrawlFinished] = {}
    failed = []
    with open_instance(home) as instance:
        # Only crawls are side by side: Dagster runs one job at a time in a process.
        with pipeline.crawl_all(home, sites, run_id) as crawls:
            definitions = build_definitions(
                home, sites, crawl=lambda _home, site, _run_id: ends[site.site_id]
            )
            for site_id, finished in crawls:
                ends[site_id] = finished
                if not _collect(definitions, instance, run_id, site_id):
                    failed.append(site_id)
        news = pipeline.has_news(home)
        published = news and _execute(definitions, instance, PUBLISH, run_id).success
    if not published:
        shown = home.warehouse if home.warehouse.exists() else None
        pipeline.report(home, run_id, warehouse=shown, after=None if news else begin)
    return RunOutcome(
        summary=read_summary(home, run_id),
        seconds=time.monotonic() - started,
        failed_sites=tuple(failed),
        publication_failed=news and not published,
    )


def _collect(definitions: Definitions, instance: DagsterInstance, run_id: str, site_id: str) -> bool:
    """Whether the site was crawled as it should be and what was found is landed."""
    result = _execute(definitions, instance, COLLECT, run_id, partition_key=site_id)
    checks = result.get_asset_check_evaluations()
    return result.success and all(check.passed for check in checks if check.check_name == "crawl_complete")


def _execute(
    definitions: Definitions,
    instance: DagsterInstance,
    job: str,
    run_id: str,
    partition_key: str | None = None,
) -> ExecuteInProcessResult:
    result = definitions.resolve_job_def(job).execute_in_process(
        instance=instance,
        partition_key=partition_key,
        tags={RUN_TAG: run_id},
        run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
        raise_on_error=False,
    )
    stop_if_interrupted()
    for failure in _failures(result):
        if failure.cls_name in _INTERRUPTIONS:
            raise KeyboardInterrupt
        log.error("%s: %s", partition_key or job, failure.message.strip())
    return result


def _failures(result: ExecuteInProcessResult) -> Iterator[SerializableErrorInfo]:
    """What is at the root of each failed step."""
    for event in result.all_events:
        if not event.is_step_failure:
            continue
        error = event.step_failure_data.error
        while error is not None and error.cause is not None:
            error = error.cause
        if error is not None:
            yield error
