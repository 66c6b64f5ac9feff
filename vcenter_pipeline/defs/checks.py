"""What is checked of the assets, each with a severity, a reason and sample rows.

Each source has its own result, as it has its own partition. A result of the whole asset would be that of the last run,
and one source's good report would hide what is wrong with all the others.
"""

import warnings
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import dagster as dg
from dagster._core.definitions.asset_checks.asset_check_evaluation import (
    AssetCheckEvaluationTargetMaterializationData,
)

from vcenter_pipeline.defs.ingestion import Outcome, count_column, utc_now
from vcenter_pipeline.defs.partitions import SOURCES
from vcenter_pipeline.defs.specs import REPORT, core_key, powerbi_key
from vcenter_pipeline.exports import attention, consistency
from vcenter_pipeline.exports.consistency import Finding, Rule, Terms
from vcenter_pipeline.exports.packed import PackedTables
from vcenter_pipeline.model.batches import KINDS
from vcenter_pipeline.model.columns import core_table
from vcenter_pipeline.settings import Settings

KEYED_TABLES: Final = (
    "dim_source",
    "dim_virtual_machine",
    "fact_triggered_alarm",
    "fact_report",
    "dim_vcenter",
    "dim_datacenter",
    "dim_cluster",
    "dim_esxi_host",
    "dim_datastore",
    "dim_resource_pool",
    "dim_vm_snapshot",
)
"""Tables that others point to, or that are counted."""

RULES: Final = (*consistency.RULES, *attention.RULES)

IN_TIME: Final = "newest_report_is_in_time"
_RECOGNISED: Final = "something_was_recognised"
_NONE_REJECTED: Final = "no_rows_were_rejected"
_UNIQUE: Final = "keys_are_unique"
_SAMPLE: Final = 5
_PERCENT: Final = 100
_SEVERITIES: Final = {"warn": dg.AssetCheckSeverity.WARN, "error": dg.AssetCheckSeverity.ERROR}

Results = Mapping[str, Sequence[dg.AssetCheckResult]]
"""What the checks of an asset say, by source."""


def _spec(name: str, asset: dg.AssetKey, description: str, *, is_blocking: bool = False) -> dg.AssetCheckSpec:
    """Declare a check whose results are told by source, which Dagster calls a preview."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", dg.PreviewWarning)
        return dg.AssetCheckSpec(
            name, asset=asset, description=description, blocking=is_blocking, partitions_def=SOURCES
        )


INGEST_CHECKS: Final = [
    _spec(_RECOGNISED, REPORT, "Every report was understood; one that was not is in quarantine."),
    _spec(
        IN_TIME,
        REPORT,
        "The newest virtual machines and alarms of the source are not older than VCENTER_LATE_HOURS, or than three "
        "times its usual interval, which is learnt from its last reports.",
    ),
    _spec(
        _NONE_REJECTED,
        core_key("rejected_rows"),
        "Every row of the reports passed validation. More than VCENTER_REJECTED_PERCENT of them are an error.",
    ),
]

PUBLISH_CHECKS: Final = [
    *(
        _spec(
            _UNIQUE,
            powerbi_key(name),
            "No key stands twice: Power BI could not build a relationship on it, so the files of before are kept.",
            is_blocking=True,
        )
        for name in KEYED_TABLES
    ),
    *(_spec(rule.name, powerbi_key(rule.table), rule.description) for rule in RULES),
]


def told(
    context: dg.AssetExecutionContext, asset_key: dg.AssetKey, results: Results
) -> Iterator["dg.Output[None] | dg.AssetCheckEvaluation"]:
    """Tell what the checks of an asset say, which has been materialized before, source by source.

    Dagster would take a bare result for one of all sources in a run over several.
    """
    specs = {spec.key: spec for spec in context.assets_def.check_specs}
    names = dict.fromkeys(str(result.check_name) for of_source in results.values() for result in of_source)
    for name in names:
        spec = specs[dg.AssetCheckKey(asset_key, name)]
        yield dg.Output(None, output_name=spec.get_python_identifier())
    for source, of_source in results.items():
        target = newest_materialization(context.instance, asset_key, source) if of_source else None
        for result in of_source:
            spec = specs[dg.AssetCheckKey(asset_key, str(result.check_name))]
            yield to_evaluation(result, asset_key, source, target, is_blocking=spec.blocking)


def to_evaluation(
    result: dg.AssetCheckResult,
    asset_key: dg.AssetKey,
    source: str,
    target: AssetCheckEvaluationTargetMaterializationData | None,
    *,
    is_blocking: bool = False,
) -> dg.AssetCheckEvaluation:
    """Give a result as that of one source."""
    return dg.AssetCheckEvaluation(
        asset_key=asset_key,
        check_name=str(result.check_name),
        passed=result.passed,
        metadata=result.metadata,
        target_materialization_data=target,
        severity=result.severity,
        description=result.description,
        blocking=is_blocking,
        partition=source,
    )


def newest_materialization(
    instance: dg.DagsterInstance, asset_key: dg.AssetKey, source: str
) -> AssetCheckEvaluationTargetMaterializationData | None:
    """Give the materialization that a check of a source speaks of: an older one's result counts no more."""
    wanted = dg.AssetRecordsFilter(asset_key=asset_key, asset_partitions=[source])
    for record in instance.fetch_materializations(wanted, limit=1).records:
        return AssetCheckEvaluationTargetMaterializationData(
            storage_id=record.storage_id, run_id=record.event_log_entry.run_id, timestamp=record.timestamp
        )
    return None


def to_terms(settings: Settings) -> Terms:
    """Give what is too old, too full or too few."""
    return Terms(utc_now(), settings.fall_percent, settings.snapshot_days, settings.datastore_percent)


def recognised(outcomes: Sequence[Outcome]) -> dg.AssetCheckResult:
    """Say whether every report of the run could be read."""
    bad = [outcome for outcome in outcomes if outcome.status in {"quarantined", "failed", "refused"}]
    return dg.AssetCheckResult(
        asset_key=REPORT,
        check_name=_RECOGNISED,
        passed=not bad,
        severity=dg.AssetCheckSeverity.ERROR,
        description=" ".join(outcome.sentence for outcome in bad[:_SAMPLE]) or None,
        metadata={outcome.path: outcome.sentence for outcome in bad[:_SAMPLE]},
    )


def no_rows_rejected(outcomes: Sequence[Outcome], settings: Settings) -> dg.AssetCheckResult:
    """Warn of rejected rows, with the first reasons; where they are many, the others tell half of it."""
    names = [column.name for column in core_table("rejected_rows").columns]
    position, reason = names.index("position"), names.index("reason")
    count = sum(outcome.row_counts.get("rejected_rows", 0) for outcome in outcomes)
    rows = [outcome.ledger_row for outcome in outcomes if outcome.status == "ingested" and outcome.ledger_row]
    stored = sum(row[count_column(kind)] or 0 for row in rows for kind in KINDS)
    share = count / (count + stored) if count else 0.0
    samples = {
        f"{outcome.path}: {row[position]}": str(row[reason])
        for outcome in outcomes
        for row in outcome.preview.get("rejected_rows", ())
    }
    is_much = share > settings.rejected_percent / _PERCENT
    return dg.AssetCheckResult(
        asset_key=core_key("rejected_rows"),
        check_name=_NONE_REJECTED,
        passed=count == 0,
        severity=dg.AssetCheckSeverity.ERROR if is_much else dg.AssetCheckSeverity.WARN,
        description=f"{count:,} of {count + stored:,} rows were rejected." if count else None,
        metadata={
            "Rejected rows": count,
            "Rejected share (%)": round(share * _PERCENT, 2),
            **dict(list(samples.items())[:_SAMPLE]),
        },
    )


def keys_are_unique(name: str, repeated: Sequence[str]) -> dg.AssetCheckResult:
    """Say whether a published table holds no key twice."""
    return dg.AssetCheckResult(
        asset_key=powerbi_key(name),
        check_name=_UNIQUE,
        passed=not repeated,
        severity=dg.AssetCheckSeverity.ERROR,
        description="Keys stand twice, so nothing of this source was published." if repeated else None,
        metadata={"Repeated keys": ", ".join(repeated) or "none"},
    )


def check_tables(
    tables: PackedTables, repeated: Mapping[str, Sequence[str]], terms: Terms
) -> dict[str, list[dg.AssetCheckResult]]:
    """Look at the published tables of one source, and give what the checks say, by table."""
    results: dict[str, list[dg.AssetCheckResult]] = {name: [] for name in tables}
    for name, keys in repeated.items():
        results[name].append(keys_are_unique(name, keys))
    for rule in RULES:
        results[rule.table].append(goes_together(rule, rule.find(tables, terms), terms))
    return results


def goes_together(rule: Rule, finding: Finding, terms: Terms) -> dg.AssetCheckResult:
    """Tell of rows of a published table that break a rule, with the first of them."""
    metadata: dict[str, Any] = {"Rows looked at": finding.looked_at, "Rows found": finding.found}
    if finding.sample:
        metadata["Sample"] = sample_table([dict(row) for row in finding.sample])
    shortfall = rule.shortfall.format(**terms._asdict())
    sentence = f"{finding.found:,} of {finding.looked_at:,} {shortfall}" if finding.found else None
    return dg.AssetCheckResult(
        asset_key=powerbi_key(rule.table),
        check_name=rule.name,
        passed=not finding.found,
        severity=_SEVERITIES[rule.severity],
        description=sentence if finding.looked_at else "There was nothing to compare with.",
        metadata=metadata,
    )


def sample_table(rows: Sequence[Mapping[str, object]]) -> dg.TableMetadataValue:
    """Give rows of the same columns as the table that Dagster shows."""
    records = [dg.TableRecord({name: _shown(value) for name, value in row.items()}) for row in rows]
    columns = [dg.TableColumn(name, "string") for name in rows[0]]
    return dg.MetadataValue.table(records=records, schema=dg.TableSchema(columns=columns))


def _shown(value: object) -> str:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    return "" if value is None else str(value)
