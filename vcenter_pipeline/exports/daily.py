"""Each day's numbers of a vCenter, a cluster, a datastore: what lists of several kinds tell of it, in one row.

The database holds a row for each kind of list: virtual machines tell vCPUs, hosts tell cores. Each number comes from
one kind, but snapshots, which lists of virtual machines and lists of snapshots both tell.
"""

from collections.abc import Sequence
from typing import Final, Literal

import pyarrow as pa

from vcenter_pipeline.exports.chunks import Array, pc
from vcenter_pipeline.exports.joins import filled, joined, of_rows, only_rows, repeated, replaced, whole
from vcenter_pipeline.exports.placement import cluster_keys
from vcenter_pipeline.model.keys import to_key_prefix

_Number = Literal["min", "max", "first"]

_SOURCE: Final = ("collected_on", "client", "environment", "vcenter")
_CLUSTER: Final = (*_SOURCE, "datacenter", "cluster")
_DATASTORE: Final = ("collected_on", "datastore_key")
_OF_ONE_LIST: Final = ("kind", "collected_at", "report", "row_number", "object_key")
_OF_DATASTORES: Final = ("datastore_key", "client", "environment", "vcenter", "moid", "datacenter", "name")
_OTHER_KEYS: Final = pa.schema([("other_key", pa.string()), ("datastore_key", pa.string())])
_OLDEST: Final = "oldest_snapshot_at"
_DAY: Final = pa.scalar(86_400_000_000, pa.duration("us"))


def build_source_days(rows: pa.Table) -> pa.Table:
    """Give a row a day and vCenter of all `source_daily`."""
    return _with_ratios(_aggregated(_of_newest_lists(rows), _SOURCE, "max"))


def build_cluster_days(rows: pa.Table, clusters: pa.Table) -> pa.Table:
    """Give a row a day and cluster of all `cluster_daily`.

    Two clusters of a day that only one current cluster could be get no key: its numbers would count twice.

    Args:
        rows: all `cluster_daily`.
        clusters: the current clusters.
    """
    rows = _of_newest_lists(rows)
    rows = filled(rows, "datacenter", _datacenters(rows, clusters))
    days = _with_ratios(_aggregated(rows, _CLUSTER, "max"))
    days = days.append_column("cluster_key", cluster_keys(days, clusters))
    of_a_day = joined(days, "collected_on", "cluster_key")
    is_one = pc.invert(pc.is_in(of_a_day, value_set=repeated(of_a_day)))
    return replaced(days, "cluster_key", pc.if_else(is_one, whole(days, "cluster_key"), None))


def build_datastore_days(rows: pa.Table, datastores: pa.Table) -> pa.Table:
    """Give a row a day and datastore of all `datastore_daily`.

    Args:
        rows: all `datastore_daily`.
        datastores: the current datastores.
    """
    rows = _of_newest_lists(rows)
    rows = rows.append_column("datastore_key", _datastore_keys(rows, datastores)).sort_by("row_number")
    days = _aggregated(rows, _DATASTORE, "first")
    used = pc.subtract(whole(days, "capacity_bytes"), whole(days, "free_bytes"))
    used = pc.if_else(pc.greater_equal(used, 0), used, None)
    days = days.append_column("used_bytes", used)
    return days.append_column("used_share", _share(used, whole(days, "capacity_bytes")))


def _of_newest_lists(rows: pa.Table) -> pa.Table:
    """Give the rows of the newest list of each day, vCenter and kind.

    A vCenter that reports knew under two names has a last list of the day under each.
    """
    lists = joined(rows, "collected_on", "vcenter", "kind")
    ranked = rows.select(["collected_at", "report"]).append_column("list", lists)
    ranked = ranked.sort_by([("collected_at", "descending"), ("report", "descending")])
    newest = ranked.group_by("list", use_threads=False).aggregate([("report", "first")])
    told_last = of_rows(newest, "report_first", pc.index_in(lists, value_set=whole(newest, "list")))
    return rows.filter(pc.equal(whole(rows, "report"), told_last))


def _aggregated(rows: pa.Table, key: Sequence[str], number: _Number) -> pa.Table:
    """Give one row for each key.

    Args:
        rows: those of lists of several kinds.
        key: the columns of the key.
        number: which value counts where two lists tell one: `max`, or `first` in the order of the rows. The older
            time of a snapshot always does.
    """
    names = [name for name in rows.column_names if name not in {*key, *_OF_ONE_LIST}]
    pairs: list[tuple[str, _Number]] = [(name, "min" if name == _OLDEST else number) for name in names]
    grouped = rows.group_by(list(key), use_threads=False).aggregate(pairs)
    return grouped.select([*key, *("_".join(pair) for pair in pairs)]).rename_columns([*key, *names])


def _with_ratios(days: pa.Table) -> pa.Table:
    """Give the days with vCPUs a core, and with the age of the oldest snapshot at their midnight."""
    days = days.append_column("vcpu_per_core", _share(whole(days, "vcpu_on_count"), whole(days, "cpu_core_count")))
    ends = pc.add(whole(days, "collected_on").cast(pa.timestamp("us")), _DAY)
    ages = pc.divide(pc.subtract(ends, whole(days, _OLDEST)).cast(pa.int64()), _DAY.cast(pa.int64()))
    return days.append_column("oldest_snapshot_days", pc.max_element_wise(ages, 0, skip_nulls=False))


def _share(part: Array, of: Array) -> Array:
    """Give the quotient; null where one of the two is not known, and of nothing."""
    divisor = pc.if_else(pc.greater(of, 0), of, None)
    result: Array = pc.divide(part.cast(pa.float64()), divisor.cast(pa.float64()))
    return result


def _datacenters(rows: pa.Table, clusters: pa.Table) -> Array:
    """Give the datacenter that each row's cluster can only be in.

    A list of hosts may name clusters without their datacenters. Another list of that day says best where the cluster
    was then: a datacenter may be renamed. Where none does, or the vCenter had several clusters of that name, the
    current clusters say it.
    """
    key = ["collected_on", "vcenter", "cluster", "datacenter"]
    told = rows.select(key).filter(pc.is_valid(rows["datacenter"])).group_by(key).aggregate([])
    by_day = only_rows(joined(rows, *key[:-1]), joined(told, *key[:-1]))
    now = only_rows(cluster_keys(rows, clusters), whole(clusters, "cluster_key"))
    result: Array = pc.coalesce(of_rows(told, "datacenter", by_day), of_rows(clusters, "datacenter", now))
    return result


def _datastore_keys(rows: pa.Table, datastores: pa.Table) -> Array:
    """Give the key that each row's datastore has now.

    A list without URLs gives keys of moids or names, which may be those of a current datastore that has another key.
    """
    keys, others = whole(rows, "object_key"), _other_keys(datastores)
    is_current = pc.is_in(keys, value_set=whole(datastores, "datastore_key"))
    now = of_rows(others, "datastore_key", only_rows(keys, whole(others, "other_key")))
    result: Array = pc.if_else(is_current, keys, pc.coalesce(now, keys))
    return result


def _other_keys(datastores: pa.Table) -> pa.Table:
    """Give the keys that datastores would have in lists that tell less of them, as `model.keys` makes them."""
    pairs = []
    for row in datastores.select(list(_OF_DATASTORES)).to_pylist():
        key, moid, name = row["datastore_key"], row["moid"], row["name"]
        prefix = to_key_prefix(row["client"], row["environment"], row["vcenter"])
        if not key.startswith(prefix):
            prefix = to_key_prefix(row["client"], row["environment"], None)
        in_datacenter = f"{row['datacenter']}/{name}" if row["datacenter"] and name else None
        pairs += [(prefix + identity, key) for identity in {moid, in_datacenter, name} - {None}]
    columns = {"other_key": [other for other, _ in pairs], "datastore_key": [key for _, key in pairs]}
    return pa.table(columns, schema=_OTHER_KEYS)
