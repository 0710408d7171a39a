"""The jobs of one installation: what is collected per site, and what is published."""

from __future__ import annotations

from collections.abc import Mapping

from dagster import (
    AssetSelection,
    Definitions,
    StaticPartitionsDefinition,
    define_asset_job,
    in_process_executor,
)

from orchestration import pipeline
from orchestration.assets import Crawl, collection_assets, publication_asset
from orchestration.models import model_assets
from orchestration.schedules import news_sensor, site_schedules
from scrapers.sites import Site
from warehouse.home import Home

COLLECT = "collect"
PUBLISH = "publish"


def build_definitions(home: Home, sites: Mapping[str, Site], crawl: Crawl = pipeline.crawl) -> Definitions:
    """Everything from crawl to publication. The one partition is the site; a document is data."""
    partitions = StaticPartitionsDefinition(sorted(sites))
    collection = collection_assets(home, sites, partitions, crawl)
    models = model_assets(home)
    publication = publication_asset(home, list(models.keys))
    collect = define_asset_job(
        COLLECT,
        selection=AssetSelection.assets(*collection),
        tags={"mingzhang/job": COLLECT},
        description="Crawl one site, read what is new, land it and judge the load. To collect older years, "
        "say which in the launchpad: `years` of `observations`.",
    )
    publish = define_asset_job(
        PUBLISH,
        selection=AssetSelection.assets(models, publication),
        tags={"mingzhang/job": PUBLISH},
        description="Build the marts from accepted loads, audit them, report and publish.",
    )
    return Definitions(
        assets=[*collection, models, publication],
        jobs=[collect, publish],
        schedules=site_schedules(collect, sites),
        sensors=[news_sensor(home, collect, publish)],
        executor=in_process_executor,
    )
