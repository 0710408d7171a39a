"""`mingzhang dev` as it runs: the web server and the daemon, asked as the page in the browser asks them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest
from dagster import DagsterInstance
from dagster._core.scheduler.instigation import InstigatorState, InstigatorStatus, ScheduleInstigatorData

from orchestration.instance import open_instance
from scrapers.replica import serve
from scrapers.schedule import cron_of
from scrapers.sites import write_sites
from tests.orchestration.installation import PROJECT_ROOT, Installation, free_ports
from warehouse.home import Home

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1500)]

T = TypeVar("T")

LAUNCH = """
mutation Launch($parameters: ExecutionParams!) {
  launchRun(executionParams: $parameters) {
    __typename
    ... on LaunchRunSuccess { run { runId } }
    ... on PythonError { message }
    ... on RunConfigValidationInvalid { errors { message } }
  }
}
"""
STATUS = "query Status($id: ID!) { runOrError(runId: $id) { ... on Run { status } } }"
PLACES = """
query Places { repositoriesOrError { ... on RepositoryConnection { nodes { name location { name } } } } }
"""
SCHEDULES = """
query Schedules($place: RepositorySelector!) {
  schedulesOrError(repositorySelector: $place) {
    ... on Schedules { results { name cronSchedule scheduleState { id status } } }
  }
}
"""
START = """
mutation Start($selector: ScheduleSelector!) {
  startSchedule(scheduleSelector: $selector) { __typename ... on PythonError { message } }
}
"""
RUNS = """
query Runs { runsOrError { ... on Runs { results { runId jobName status tags { key value } } } } }
"""


class Page:
    """What the page in the browser asks of the server."""

    def __init__(self, port: int) -> None:
        self._url = f"http://127.0.0.1:{port}/graphql"

    def ask(self, query: str, **variables: object) -> dict[str, Any]:
        body = json.dumps({"query": query, "variables": variables}).encode()
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(self._url, body, headers)  # noqa: S310 # on loopback
        with urllib.request.urlopen(request, timeout=60) as response:  # noqa: S310 # the same
            answer = json.load(response)
        assert "errors" not in answer, answer
        (result,) = answer["data"].values()
        found: dict[str, Any] = result
        return found

    def place(self) -> dict[str, str] | None:
        """The repository that the server has loaded; None while it has none."""
        try:
            nodes = self.ask(PLACES).get("nodes", [])
        except (urllib.error.URLError, ConnectionError):
            return None
        if not nodes:
            return None
        (node,) = nodes
        return {"repositoryName": node["name"], "repositoryLocationName": node["location"]["name"]}

    def runs(self, job: str) -> list[dict[str, Any]]:
        return [run for run in self.ask(RUNS)["results"] if run["jobName"] == job]


def wait_for(what: Callable[[], T], seconds: float) -> T:
    """Ask until there is an answer."""
    until = time.monotonic() + seconds
    while not (answer := what()):
        assert time.monotonic() < until, f"nothing after {seconds} s"
        time.sleep(1)
    return answer


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    """A home with two sites of the replica, which `mingzhang dev` serves."""
    made = Installation(tmp_path / "home", free_ports())
    with serve(made.port) as replica:
        sites = {site_id: replica.sites[site_id] for site_id in ("xinzhou-replica", "zhumadian-replica")}
    write_sites(sites, made.home / "sites")
    return made


@pytest.fixture
def page(installation: Installation) -> Iterator[Page]:
    port = free_ports(1)
    log = (installation.home / "dev.log").open("wb")
    process = subprocess.Popen(
        installation.command("dev", "--port", str(port)),
        env=installation.environment(),
        cwd=PROJECT_ROOT,
        stdout=log,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        asked = Page(port)
        wait_for(asked.place, 240)
        yield asked
    finally:
        os.killpg(process.pid, signal.SIGINT)
        try:
            process.wait(60)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            log.close()


def switch_on(instance: DagsterInstance, page: Page, name: str, cron: str, since: datetime) -> None:
    """A schedule as it stands when it was switched on some time ago, and the daemon was down since."""
    place = page.place()
    assert place is not None
    schedules = page.ask(SCHEDULES, place=place)["results"]
    assert [one["cronSchedule"] for one in schedules if one["name"] == name] == [cron]
    page.ask(START, selector=place | {"scheduleName": name})
    (state,) = [one for one in instance.all_instigator_state() if one.name == name]
    instance.update_instigator_state(
        InstigatorState(
            origin=state.origin,
            instigator_type=state.instigator_type,
            status=InstigatorStatus.RUNNING,
            instigator_data=ScheduleInstigatorData(cron, start_timestamp=since.timestamp()),
        )
    )


def test_a_site_is_collected_and_published_from_the_page(installation: Installation, page: Page) -> None:
    """Launched from the page; the sensor publishes; a schedule makes up once for three missed days."""
    place = page.place()
    assert place is not None
    launched = page.ask(
        LAUNCH,
        parameters={
            "selector": place | {"jobName": "collect"},
            "runConfigData": {},
            "executionMetadata": {"tags": [{"key": "dagster/partition", "value": "xinzhou-replica"}]},
        },
    )
    assert launched["__typename"] == "LaunchRunSuccess", launched
    run_id = launched["run"]["runId"]

    def end() -> str | None:
        status: str = page.ask(STATUS, id=run_id)["status"]
        return status if status in {"SUCCESS", "FAILURE", "CANCELED"} else None

    assert wait_for(end, 300) == "SUCCESS"
    published = wait_for(lambda: page.runs("publish"), 180)
    wait_for(lambda: page.runs("publish")[0]["status"] == "SUCCESS", 300)
    assert len(published) == 1
    sites = installation.ask("select distinct region_code from marts.agency_year")
    assert sites == [("140900",)]
    reports = installation.home / "reports"
    (report,) = reports.glob("*.json")
    told = json.loads(report.read_text("utf-8"))
    assert [load["site_id"] for load in told["loads"]] == ["xinzhou-replica"]
    assert [site["site_id"] for site in told["sites"]] == ["xinzhou-replica"]

    with serve(0, ["zhumadian-replica"]) as replica:
        cron = cron_of(replica.sites["zhumadian-replica"])
    with open_instance(Home(installation.home)) as instance:
        three_days_ago = datetime.now(UTC) - timedelta(days=3)
        switch_on(instance, page, "collect_zhumadian_replica", cron, three_days_ago)
    wait_for(lambda: len(page.runs("collect")) > 1, 120)
    wait_for(lambda: all(run["status"] == "SUCCESS" for run in page.runs("collect")), 300)
    collected = [
        tag["value"]
        for run in page.runs("collect")
        for tag in run["tags"]
        if tag["key"] == "dagster/partition"
    ]
    assert sorted(collected) == ["xinzhou-replica", "zhumadian-replica"], "once, though three were missed"
