"""What Dagster is given: jobs, partitions, schedules, checks and the sensor of an installation."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from dagster import (
    DagsterInstance,
    DagsterRunStatus,
    Definitions,
    build_schedule_context,
    build_sensor_context,
)
from dagster._core.test_utils import create_run_for_test

from orchestration.jobs import COLLECT, PUBLISH, build_definitions
from scrapers.schedule import cron_of
from scrapers.sites import load_sites
from warehouse.home import PROJECT_ROOT, Home
from warehouse.record.events import DocumentImported, Event
from warehouse.record.log import EventLog

SITES = load_sites()


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return Home(tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="module")
def definitions(home: Home) -> Definitions:
    return build_definitions(home, SITES)


def test_the_partition_of_collecting_is_the_site(definitions: Definitions) -> None:
    collect = definitions.resolve_job_def(COLLECT)
    assert collect.partitions_def is not None
    assert set(collect.partitions_def.get_partition_keys()) == set(SITES)
    assert definitions.resolve_job_def(PUBLISH).partitions_def is None


def test_every_site_has_its_schedule(definitions: Definitions) -> None:
    repository = definitions.get_repository_def()
    schedules = {schedule.name: schedule for schedule in repository.schedule_defs}
    assert len(schedules) == len(SITES)
    for site_id, site in SITES.items():
        schedule = schedules[f"collect_{site_id.replace('-', '_')}"]
        assert schedule.cron_schedule == cron_of(site)
        assert schedule.execution_timezone == site.timezone


@pytest.mark.parametrize("hours", ["00:00-00:00", "00:00-23:59"], ids=["closed", "open"])
def test_a_moment_is_made_up_for_only_in_the_hours_of_the_site(home: Home, hours: str) -> None:
    site = SITES["xinzhou"].model_copy(update={"crawl_between": hours})
    repository = build_definitions(home, {"xinzhou": site}).get_repository_def()
    (schedule,) = repository.schedule_defs
    context = build_schedule_context(scheduled_execution_time=datetime.now(UTC), repository_def=repository)
    tick = schedule.evaluate_tick(context)
    if hours == "00:00-00:00":
        assert tick.run_requests == []
        assert "may be asked only at 00:00-00:00" in (tick.skip_message or "")
    else:
        assert [request.partition_key for request in tick.run_requests or []] == ["xinzhou"]


def test_models_are_assets_and_their_tests_are_checks(definitions: Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    keys = {key.to_user_string() for key in graph.get_all_asset_keys()}
    assert {"observations", "raw_tables", "publication", "core/fct_amount", "marts/agency_year"} <= keys
    checks = {(key.asset_key.to_user_string(), key.name) for key in graph.asset_check_keys}
    assert {
        ("observations", "crawl_complete"),
        ("raw_tables", "gate"),
        ("publication", "marts_audit"),
        ("core/fct_amount", "unique_fct_amount_amount_key"),
    } <= checks


def test_the_sensor_asks_for_a_publication_only_when_there_is_news(
    definitions: Definitions, home: Home
) -> None:
    sensor = definitions.get_repository_def().get_sensor_def("news")

    def requests(*collecting: DagsterRunStatus) -> int:
        with DagsterInstance.ephemeral() as instance:
            for status in collecting:
                create_run_for_test(instance, job_name=COLLECT, status=status)
            data = sensor.evaluate_tick(build_sensor_context(instance=instance))
        return len(data.run_requests or [])

    assert requests() == 0
    imported = DocumentImported(
        site_name="忻州市人民政府",
        region_code="140900",
        url="import:0",
        sha256="0" * 64,
        byte_count=1,
        file_name="a.pdf",
        title="忻州市商务局2024年部门预算",
        imported_by="somebody",
    )
    with EventLog.open(home.event_log) as log:
        log.append([Event(payload=imported, run_id="test", site_id="xinzhou")])
    assert requests() == 1
    assert requests(DagsterRunStatus.STARTED) == 0, "a site is being collected"
    assert requests(DagsterRunStatus.SUCCESS, DagsterRunStatus.FAILURE) == 1


def test_rooms_import_in_one_direction() -> None:
    allowed = {
        "warehouse": {"warehouse"},
        "scrapers": {"scrapers", "warehouse"},
        "expectations": {"expectations", "warehouse"},
        "orchestration": {"orchestration", "expectations", "scrapers", "warehouse"},
    }
    for room, may_import in allowed.items():
        for path in (PROJECT_ROOT / room).rglob("*.py"):
            for line in path.read_text("utf-8").splitlines():
                words = line.split()
                if len(words) > 1 and words[0] in {"from", "import"}:
                    imported = words[1].split(".")[0]
                    assert imported not in allowed or imported in may_import, (
                        f"{_short(path)}: {line.strip()}"
                    )


def _short(path: Path) -> Path:
    return path.relative_to(PROJECT_ROOT)
