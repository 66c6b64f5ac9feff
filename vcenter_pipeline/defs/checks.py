"""What is checked of the assets, each with a severity, a reason and sample rows."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import dagster as dg

from vcenter_pipeline.defs.ingestion import Outcome, utc_now
from vcenter_pipeline.defs.specs import REPORT, core_key, powerbi_key
from vcenter_pipeline.exports.consistency import RULES, Finding, Rule, Terms
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

_RECOGNISED: Final = "something_was_recognised"
_NONE_REJECTED: Final = "no_rows_were_rejected"
_UNIQUE: Final = "keys_are_unique"
_SAMPLE: Final = 5

INGEST_CHECKS: Final = [
    dg.AssetCheckSpec(
        _RECOGNISED, asset=REPORT, description="Every report was understood; one that was not is in quarantine."
    ),
    dg.AssetCheckSpec(
        _NONE_REJECTED, asset=core_key("rejected_rows"), description="Every row of the reports passed validation."
    ),
]

PUBLISH_CHECKS: Final = [
    *(
        dg.AssetCheckSpec(
            _UNIQUE,
            asset=powerbi_key(name),
            description="No key stands twice: Power BI could not build a relationship on it.",
            blocking=True,
        )
        for name in KEYED_TABLES
    ),
    *(dg.AssetCheckSpec(rule.name, asset=powerbi_key(rule.table), description=rule.description) for rule in RULES),
]


def to_terms(settings: Settings) -> Terms:
    """Give what is too old, too full or too few."""
    return Terms(utc_now(), settings.fall_percent, settings.snapshot_days, settings.datastore_percent)


def recognised(outcomes: Sequence[Outcome]) -> dg.AssetCheckResult:
    """Say whether every report of the run could be read."""
    bad = [outcome for outcome in outcomes if outcome.status in {"quarantined", "failed"}]
    return dg.AssetCheckResult(
        asset_key=REPORT,
        check_name=_RECOGNISED,
        passed=not bad,
        severity=dg.AssetCheckSeverity.ERROR,
        description=" ".join(outcome.sentence for outcome in bad) or None,
        metadata={outcome.path: outcome.sentence for outcome in bad[:_SAMPLE]},
    )


def no_rows_rejected(outcomes: Sequence[Outcome]) -> dg.AssetCheckResult:
    """Warn of rejected rows, with the first reasons."""
    names = [column.name for column in core_table("rejected_rows").columns]
    position, reason = names.index("position"), names.index("reason")
    count = sum(outcome.row_counts.get("rejected_rows", 0) for outcome in outcomes)
    samples = {
        f"{outcome.path}: {row[position]}": str(row[reason])
        for outcome in outcomes
        for row in outcome.preview.get("rejected_rows", ())
    }
    return dg.AssetCheckResult(
        asset_key=core_key("rejected_rows"),
        check_name=_NONE_REJECTED,
        passed=count == 0,
        severity=dg.AssetCheckSeverity.WARN,
        description=f"{count:,} rows were rejected." if count else None,
        metadata={"Rejected rows": count, **dict(list(samples.items())[:_SAMPLE])},
    )


def keys_are_unique(name: str, repeated: Sequence[str]) -> dg.AssetCheckResult:
    """Say whether a published table holds no key twice."""
    return dg.AssetCheckResult(
        asset_key=powerbi_key(name),
        check_name=_UNIQUE,
        passed=not repeated,
        severity=dg.AssetCheckSeverity.ERROR,
        metadata={"Repeated keys": ", ".join(repeated) or "none"},
    )


def goes_together(rule: Rule, findings: Mapping[str, Finding]) -> dg.AssetCheckResult:
    """Warn of rows of a published table that do not go with the others, by source, with the first of them."""
    looked_at = sum(finding.looked_at for finding in findings.values())
    found = sum(finding.found for finding in findings.values())
    rows = [{"source": source} | row for source, finding in findings.items() for row in finding.sample][:_SAMPLE]
    metadata: dict[str, Any] = {"Rows looked at": looked_at, "Rows found": found}
    if rows:
        records = [dg.TableRecord({name: _shown(value) for name, value in row.items()}) for row in rows]
        columns = [dg.TableColumn(name, "string") for name in rows[0]]
        metadata["Sample"] = dg.MetadataValue.table(records=records, schema=dg.TableSchema(columns=columns))
    sentence = f"{found:,} of {looked_at:,} {rule.shortfall}" if found else None
    return dg.AssetCheckResult(
        asset_key=powerbi_key(rule.table),
        check_name=rule.name,
        passed=not found,
        severity=dg.AssetCheckSeverity.WARN,
        description=sentence if looked_at else "There was nothing to compare with.",
        metadata=metadata,
    )


def _shown(value: object) -> str:
    return "" if value is None else str(value)
