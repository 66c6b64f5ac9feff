"""Where things are: the host and the cluster of a virtual machine, the cluster of a host, the datastore of a file.

Reports of virtual machines name all of these and give no key. Reports of hosts, clusters and datastores do.
"""

import pyarrow as pa

from vcenter_pipeline.exports.chunks import Array, only_value, pc
from vcenter_pipeline.exports.joins import (
    filled,
    joined,
    no_rows,
    of_rows,
    only_rows,
    replaced,
    whole,
    without_collection,
)


def place_machines(machines: pa.Table, hosts: pa.Table, clusters: pa.Table) -> pa.Table:
    """Give virtual machines with the keys of their host and cluster, and with the names that only the host knows."""
    rows = _host_rows(machines, hosts) if hosts.num_rows else no_rows(machines.num_rows)
    machines = filled(machines, "esxi_host", of_rows(hosts, "name", rows))
    for name in ("cluster", "datacenter"):
        machines = filled(machines, name, of_rows(hosts, name, rows))
    machines = machines.append_column("esxi_host_key", of_rows(hosts, "esxi_host_key", rows))
    return machines.append_column("cluster_key", cluster_keys(machines, clusters))


def _host_rows(machines: pa.Table, hosts: pa.Table) -> Array:
    """Find hosts by moid, else by name, which vCenter keeps unique without regard to case."""
    by_moid = only_rows(joined(machines, "vcenter", "esxi_host_moid"), joined(hosts, "vcenter", "moid"))
    if not by_moid.null_count:
        return by_moid
    by_name = only_rows(
        joined(_with_lower(machines, "esxi_host"), "vcenter", "esxi_host"),
        joined(_with_lower(hosts, "name"), "vcenter", "name"),
    )
    result: Array = pc.coalesce(by_moid, by_name)
    return result


def _with_lower(table: pa.Table, name: str) -> pa.Table:
    distinct = whole(table, name).dictionary_encode()
    return replaced(table.select(["vcenter", name]), name, pc.utf8_lower(distinct.dictionary).take(distinct.indices))


def cluster_keys(placed: pa.Table, clusters: pa.Table) -> Array:
    """Give the key of the cluster that each row of a table names with `cluster` and `datacenter`.

    Two datacenters may have clusters of one name. So the name alone counts only where a datacenter is unknown and the
    vCenter has one cluster of that name.
    """
    if not clusters.num_rows:
        return pa.nulls(placed.num_rows, pa.string())
    by_both = only_rows(
        joined(placed, "vcenter", "datacenter", "cluster"), joined(clusters, "vcenter", "datacenter", "name")
    )
    by_name = only_rows(joined(placed, "vcenter", "cluster"), joined(clusters, "vcenter", "name"))
    is_open = pc.or_(pc.is_null(whole(placed, "datacenter")), pc.is_null(of_rows(clusters, "datacenter", by_name)))
    rows = pc.coalesce(by_both, pc.if_else(is_open, by_name, None))
    return of_rows(clusters, "cluster_key", rows)


def place_hosts(hosts: pa.Table, clusters: pa.Table) -> pa.Table:
    """Give hosts with the keys of their clusters."""
    return without_collection(hosts).append_column("cluster_key", cluster_keys(hosts, clusters))


def place_files(files: pa.Table, machines: pa.Table, datastores: pa.Table) -> pa.Table:
    """Give the datastores of virtual machines with their keys.

    The URL decides. Hosts may each have a `datastore1` of their own, so the name counts only where the URL of one of
    the two is unknown and the vCenter has one datastore of that name.
    """
    files = without_collection(files)
    if not datastores.num_rows:
        return files.append_column("datastore_key", pa.nulls(files.num_rows, pa.string()))
    named = files.select(["datastore_name", "datastore_url"]).append_column("vcenter", _vcenters(files, machines))
    by_url = only_rows(joined(named, "vcenter", "datastore_url"), joined(datastores, "vcenter", "url"))
    by_name = only_rows(joined(named, "vcenter", "datastore_name"), joined(datastores, "vcenter", "name"))
    is_open = pc.or_(pc.is_null(whole(named, "datastore_url")), pc.is_null(of_rows(datastores, "url", by_name)))
    rows = pc.coalesce(by_url, pc.if_else(is_open, by_name, None))
    return files.append_column("datastore_key", of_rows(datastores, "datastore_key", rows))


def _vcenters(files: pa.Table, machines: pa.Table) -> Array:
    vcenters = whole(machines, "vcenter")
    only = only_value(vcenters) if len(vcenters) else None
    if only is not None:
        return pa.array([only.as_py()], pa.string()).take(pa.repeat(pa.scalar(0), files.num_rows))
    keys = whole(machines, "virtual_machine_key")
    result: Array = vcenters.take(pc.index_in(whole(files, "virtual_machine_key"), value_set=keys))
    return result
