"""Great Expectations itself. Importing this module takes seconds: import it inside functions only.

Suites come from YAML at every start and live in memory; on disk are the validation results
(`<home>/gx/validations`) and the pages made of them, so a killed run leaves no configuration half written.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import Any, Final

import pandas as pd

from expectations.suites import Suite
from warehouse.home import Home
from warehouse.record.events import FailedExpectation

os.environ["GX_ANALYTICS_ENABLED"] = "false"
with warnings.catch_warnings():
    # The library imports modules of the standard library that Python deprecates.
    warnings.simplefilter("ignore", DeprecationWarning)
    import great_expectations as gx
    from great_expectations.core.expectation_validation_result import ExpectationValidationResult
    from great_expectations.data_context.data_context.ephemeral_data_context import EphemeralDataContext
    from great_expectations.data_context.types.base import DataContextConfig, ProgressBarsConfig
    from great_expectations.data_context.types.resource_identifiers import ExpectationSuiteIdentifier
    from great_expectations.expectations.expectation_configuration import ExpectationConfiguration
    from great_expectations.expectations.metadata_types import FailureSeverity

SITE_NAME: Final = "mingzhang"
EXAMPLES: Final = 3
"""Failing rows that are quoted for one expectation."""


def open_context(home: Home) -> EphemeralDataContext:
    """A context whose results are kept in the home; it phones nobody."""
    memory = {"class_name": "InMemoryStoreBackend"}
    config = DataContextConfig(
        config_version=4.0,
        analytics_enabled=False,
        progress_bars=ProgressBarsConfig(globally=False),
        expectations_store_name="expectations",
        checkpoint_store_name="checkpoints",
        validation_results_store_name="validations",
        stores={
            "expectations": {"class_name": "ExpectationsStore", "store_backend": memory},
            "checkpoints": {"class_name": "CheckpointStore", "store_backend": memory},
            "validation_definition_store": {
                "class_name": "ValidationDefinitionStore",
                "store_backend": memory,
            },
            "validations": {
                "class_name": "ValidationResultsStore",
                "store_backend": _folder(home.validations),
            },
        },
        data_docs_sites={
            SITE_NAME: {
                "class_name": "SiteBuilder",
                "show_how_to_buttons": False,
                "store_backend": _folder(home.scratch / "data_docs"),
                "site_index_builder": {"class_name": "DefaultSiteIndexBuilder"},
            }
        },
    )
    return gx.get_context(project_config=config, mode="ephemeral")


def _folder(path: Path) -> dict[str, str]:
    return {"class_name": "TupleFilesystemStoreBackend", "base_directory": str(path)}


def add_suites(context: EphemeralDataContext, suites: Iterable[Suite]) -> None:
    """Give each suite a checkpoint of its name, over a frame that is handed in at each run."""
    source = context.data_sources.add_or_update_pandas("tables")
    for suite in suites:
        rules = [
            ExpectationConfiguration(
                type=rule.type,
                kwargs=dict(rule.kwargs),
                notes=rule.note,
                severity=FailureSeverity(rule.severity),
            )
            for rule in suite.expectations
        ]
        definition = gx.ValidationDefinition(
            name=suite.name,
            data=source.add_dataframe_asset(suite.name).add_batch_definition_whole_dataframe("whole"),
            suite=context.suites.add(
                gx.ExpectationSuite(name=suite.name, expectations=rules, notes=suite.note)
            ),
        )
        context.checkpoints.add(
            gx.Checkpoint(
                name=suite.name,
                validation_definitions=[context.validation_definitions.add(definition)],
                result_format={
                    "result_format": "SUMMARY",
                    "partial_unexpected_count": EXAMPLES,
                    "unexpected_index_column_names": list(suite.place),
                },
            )
        )


def judge(
    context: EphemeralDataContext,
    suite: Suite,
    frame: pd.DataFrame,
    *,
    run_name: str,
    parameters: Mapping[str, Any],
) -> tuple[FailedExpectation, ...]:
    """Run the suite's checkpoint over the frame, keep the result as `run_name`, say what did not hold."""
    outcome = context.checkpoints.get(suite.name).run(
        batch_parameters={"dataframe": frame},
        expectation_parameters=dict(parameters),
        run_id=gx.RunIdentifier(run_name=run_name),
    )
    (result,) = outcome.run_results.values()
    return tuple(_failure(suite, single) for single in result.results if not single.success)


def render_pages(context: EphemeralDataContext, results: AbstractSet[tuple[str, ...]]) -> None:
    """Write Great Expectations' own pages of all suites and of the results with these keys."""
    suites = [ExpectationSuiteIdentifier(name=suite.name) for suite in context.suites.all()]
    stored = [key for key in context.stores["validations"].list_keys() if key.to_tuple() in results]
    context.build_data_docs(resource_identifiers=[*suites, *stored], build_index=False)


def _failure(suite: Suite, single: ExpectationValidationResult) -> FailedExpectation:
    rule = single.expectation_config
    if rule is None:
        raise ValueError(f"suite {suite.name}: a result names no expectation")
    kwargs = rule.kwargs
    named = [kwargs.get(key) for key in ("column", "column_A", "column_B")]
    columns = [name for name in named if name] or kwargs.get("column_list", [])
    return FailedExpectation(
        suite=suite.name,
        expectation=_wording(rule.type, kwargs),
        column=", ".join(columns) or None,
        severity=str(rule.severity.value),
        observed=_observed(single),
        note=str(rule.notes or ""),
    )


def _wording(rule_type: str, kwargs: Mapping[str, Any]) -> str:
    """The rule with its bounds: two rules of one type on one column differ by these."""
    shown = ("min_value", "max_value", "value_set", "regex", "type_", "mostly")
    bounds = [f"{key}={kwargs[key]}" for key in shown if kwargs.get(key) is not None]
    return f"{rule_type}({', '.join(bounds)})"


def _observed(single: ExpectationValidationResult) -> str:
    """What was found: a value, or how many rows with where the first of them stand."""
    result = single.result
    if "unexpected_count" in result:
        counted = f"{result['unexpected_count']:,} of {result['element_count']:,}"
        placed = [row for row in result.get("partial_unexpected_index_list") or () if isinstance(row, dict)]
        examples = [_example(row) for row in placed] or [
            str(value) for value in result["partial_unexpected_list"]
        ]
        return f"{counted}: {'; '.join(examples)}" if examples else counted
    if "observed_value" in result:
        return str(result["observed_value"])
    return "could not be evaluated: " + "; ".join(sorted(_exceptions(single.exception_info)))


def _example(row: Mapping[str, Any]) -> str:
    return ", ".join(f"{column}={'' if pd.isna(value) else value}" for column, value in row.items())


def _exceptions(info: Mapping[str, Any]) -> set[str]:
    """The messages of a result: kept under the metric's name, or directly."""
    entries = [info, *(value for value in info.values() if isinstance(value, dict))]
    return {str(entry["exception_message"]) for entry in entries if entry.get("exception_message")}
