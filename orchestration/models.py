"""dbt models as Dagster assets and dbt tests as asset checks, built in one in-process run of dbt."""

# Dagster looks at the annotations of assets when they are defined, so they are not postponed here.

import json
from collections.abc import Iterator, Mapping
from typing import Any

from dagster import (
    AssetCheckResult,
    AssetCheckSeverity,
    AssetExecutionContext,
    AssetKey,
    AssetsDefinition,
    MaterializeResult,
)
from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings, dbt_assets
from dagster_dbt.asset_utils import get_asset_check_key_for_test

from orchestration import pipeline
from orchestration.assets import RAW_TABLES, run_id_of
from warehouse.build import NodeResult, parse
from warehouse.home import Home

_MATERIALISED = {"model", "seed"}


class _Translator(DagsterDbtTranslator):
    """What dbt reads is what the collection lands."""

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> AssetKey:
        """All dbt sources stand for one asset: the raw tables, with the copy of the log."""
        if dbt_resource_props["resource_type"] == "source":
            return RAW_TABLES
        return super().get_asset_key(dbt_resource_props)

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str:
        """Models are grouped as they are in the warehouse: staging, intermediate, core, marts."""
        return str(dbt_resource_props["schema"])


def model_assets(home: Home) -> AssetsDefinition:
    """Every model and seed of the dbt project; its manifest is kept in the home."""
    manifest = json.loads(parse(home).read_text("utf-8"))
    translator = _Translator(DagsterDbtTranslatorSettings(enable_duplicate_source_asset_keys=True))

    @dbt_assets(manifest=manifest, dagster_dbt_translator=translator, name="models")
    def models(context: AssetExecutionContext) -> Iterator[MaterializeResult | AssetCheckResult]:  # type: ignore[type-arg]
        result = pipeline.build_models(home, run_id_of(context))
        for node in result.nodes:
            if node.resource_type in _MATERIALISED:
                key = translator.get_asset_key(manifest["nodes"][node.unique_id])
                yield MaterializeResult(asset_key=key, metadata={"seconds": node.seconds})
            elif node.resource_type == "test":
                yield from _check(manifest, translator, node)

    return models


def _check(
    manifest: Mapping[str, Any], translator: DagsterDbtTranslator, node: NodeResult
) -> Iterator[AssetCheckResult]:
    """The result of a dbt test on its model; a test over several models belongs to none."""
    key = get_asset_check_key_for_test(manifest, translator, node.unique_id, None)
    if key is None:
        return
    yield AssetCheckResult(
        asset_key=key.asset_key,
        check_name=key.name,
        passed=node.status == "pass",
        severity=AssetCheckSeverity.WARN if node.status == "warn" else AssetCheckSeverity.ERROR,
        metadata={"failures": node.failures, "message": node.message},
    )
