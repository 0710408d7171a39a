"""Assets from crawl to publication, as thin wrappers of `orchestration.pipeline`."""

# Dagster looks at the annotations of assets when they are defined, so they are not postponed here.

from collections.abc import Callable, Mapping, Sequence

from dagster import (
    AssetCheckResult,
    AssetCheckSeverity,
    AssetCheckSpec,
    AssetExecutionContext,
    AssetKey,
    AssetsDefinition,
    Config,
    MaterializeResult,
    StaticPartitionsDefinition,
    asset,
)
from pydantic import Field

from orchestration import pipeline
from scrapers.sites import Site, of_years
from warehouse.home import Home
from warehouse.record.events import CrawlFinished, LoadValidated

RUN_TAG = "mingzhang/run_id"
OBSERVATIONS = AssetKey("observations")
RAW_TABLES = AssetKey("raw_tables")
PUBLICATION = AssetKey("publication")


def run_id_of(context: AssetExecutionContext) -> str:
    """The run as the record knows it: given by the command that started it, else made from Dagster's."""
    return context.run.tags.get(RUN_TAG) or f"dagster-{context.run.run_id[:8]}"


class Backfill(Config):
    """What the launchpad asks before a site is collected."""

    years: list[int] = Field(
        default=[],
        description="Walk the site's listings to their end and take only documents of these years, such as "
        "[2020, 2021]; empty: collect the site as usual.",
    )


Crawl = Callable[[Home, Site, str], CrawlFinished]
"""Crawls a site for a run: `pipeline.crawl`, or something that waits for a crawl that has begun already."""


def collection_assets(
    home: Home, sites: Mapping[str, Site], partitions: StaticPartitionsDefinition, crawl: Crawl
) -> list[AssetsDefinition]:
    """Per site: what was seen, and the raw tables read from it with the verdict of the gate."""

    @asset(
        key=OBSERVATIONS,
        partitions_def=partitions,
        group_name="collect",
        kinds={"scrapy"},
        check_specs=[AssetCheckSpec("crawl_complete", asset=OBSERVATIONS)],
        description="Events and raw files of one crawl of a site.",
    )
    def observations(context: AssetExecutionContext, config: Backfill) -> MaterializeResult:  # type: ignore[type-arg]
        site = sites[context.partition_key]
        asked = of_years(site, config.years) if config.years else site
        finished = crawl(home, asked, run_id_of(context))
        complete = AssetCheckResult(
            check_name="crawl_complete",
            passed=pipeline.crawl_succeeded(finished),
            metadata={"reason": finished.reason},
        )
        return MaterializeResult(
            metadata={
                "requests": finished.requests,
                "documents_linked": finished.documents_linked,
                "documents_stored": finished.documents_stored,
                "outcomes": dict(finished.outcomes),
            },
            check_results=[complete],
        )

    @asset(
        key=RAW_TABLES,
        partitions_def=partitions,
        deps=[OBSERVATIONS],
        group_name="collect",
        kinds={"parquet"},
        check_specs=[AssetCheckSpec("gate", asset=RAW_TABLES)],
        description="Raw tables of what was not read yet: one load, judged by Great Expectations.",
    )
    def raw_tables(context: AssetExecutionContext) -> MaterializeResult:  # type: ignore[type-arg]
        run_id = run_id_of(context)
        landed = pipeline.land(home, context.partition_key, run_id)
        verdicts = pipeline.validate(home, context.partition_key, run_id)
        return MaterializeResult(
            metadata=dict(landed.row_counts) if landed else {"documents": 0},
            check_results=[_verdict_result("gate", verdicts)],
        )

    return [observations, raw_tables]


def _verdict_result(check_name: str, verdicts: list[LoadValidated]) -> AssetCheckResult:
    """What Great Expectations said in this step, as one asset check."""
    failures = [failure for verdict in verdicts for failure in verdict.failures]
    refused = [verdict.load_id for verdict in verdicts if not verdict.accepted]
    return AssetCheckResult(
        check_name=check_name,
        passed=not failures,
        severity=AssetCheckSeverity.ERROR if refused else AssetCheckSeverity.WARN,
        metadata={
            "refused": refused,
            "expectations_evaluated": sum(verdict.expectations_evaluated for verdict in verdicts),
            "failures": [f"{f.suite}: {f.expectation} {f.column or ''} ({f.observed})" for f in failures],
        },
    )


def publication_asset(home: Home, models: Sequence[AssetKey]) -> AssetsDefinition:
    """The publication, made once the models are built and have passed their audit."""

    @asset(
        key=PUBLICATION,
        deps=models,
        group_name="publish",
        kinds={"duckdb"},
        check_specs=[AssetCheckSpec("marts_audit", asset=PUBLICATION)],
        description="warehouse.duckdb, Parquet and the quality report, swapped in atomically.",
    )
    def publication(context: AssetExecutionContext) -> MaterializeResult:  # type: ignore[type-arg]
        run_id = run_id_of(context)
        verdict = pipeline.audit(home, run_id)
        made = pipeline.publish(home, run_id, verdict)
        return MaterializeResult(
            metadata={"publication_id": made.publication_id, "loads": len(made.loads)},
            check_results=[_verdict_result("marts_audit", [verdict])],
        )

    return publication
