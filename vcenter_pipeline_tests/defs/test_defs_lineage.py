"""Where each column comes from, as the graph tells it."""

from vcenter_pipeline.defs.lineage import FILE, REPORT, Origin, lists_of, published_origins, stored_origins
from vcenter_pipeline.exports.star import MADE_FROM
from vcenter_pipeline.model.batches import KINDS
from vcenter_pipeline.model.columns import core_table, published_table
from vcenter_pipeline.model.schemas import CORE_TABLES, HISTORY_TABLES, PUBLISHED_TABLES


def columns(table: str) -> set[str]:
    """Give the names of the columns of a table of the database."""
    return {column.name for column in core_table(table).columns}


def test_every_published_column_comes_from_columns_that_there_are() -> None:
    """A link to a column that no table has is worse than none: whoever follows it doubts the rest."""
    for table in PUBLISHED_TABLES:
        origins = published_origins(table)
        assert set(origins) == {column.name for column in published_table(table).columns}
        for name, found in origins.items():
            assert found, f"{table}.{name}"
            for origin in found:
                assert origin.table in MADE_FROM[table], f"{table}.{name}: the table is not made from it"
                assert origin.column in columns(origin.table), f"{table}.{name}: {origin}"


def test_every_table_that_a_published_one_is_made_from_gives_a_column() -> None:
    """An arrow in the graph that no column explains is one that nobody can account for."""
    only_joined = {("bridge_vm_datastore", "virtual_machines")}
    for table, sources in MADE_FROM.items():
        told = {origin.table for found in published_origins(table).values() for origin in found}
        missing = {(table, source) for source in sources if source not in told}
        assert missing <= only_joined, missing


def test_every_stored_column_comes_from_a_list_or_the_file_or_other_tables() -> None:
    """Lineage that stops in the middle cannot tell which playbook a number of a report comes from."""
    for table in CORE_TABLES:
        assert set(stored_origins(table)) == columns(table)
        for name, found in stored_origins(table).items():
            assert found, f"{table}.{name}"
            assert all(origin.table == REPORT for origin in found), f"{table}.{name}"
            assert {origin.column for origin in found} <= {FILE, *KINDS}, f"{table}.{name}"
    for table in HISTORY_TABLES:
        for name, found in stored_origins(table).items():
            assert found, f"{table}.{name}"
            for origin in found:
                assert origin.table in CORE_TABLES, f"{table}.{name}"
                assert origin.column is None or origin.column in columns(origin.table), f"{table}.{name}: {origin}"


def test_a_number_of_the_report_is_traced_to_the_list_of_virtual_machines() -> None:
    """Whoever doubts the vCPUs of a day must find the column that they are summed up of, and the list behind it."""
    assert published_origins("fact_source_daily")["vcpu_count"] == (Origin("source_daily", "vcpu_count"),)
    assert stored_origins("source_daily")["vcpu_count"] == (Origin("virtual_machines", "cpu_count"),)
    assert stored_origins("cluster_daily")["vcpu_count"] == (Origin("virtual_machines", "cpu_count"),)
    assert stored_origins("virtual_machines")["cpu_count"] == (Origin(REPORT, "virtual_machines"),)
    assert stored_origins("virtual_machines")["client"] == (Origin(REPORT, FILE),)
    assert stored_origins("source_daily")["report"] == (Origin("collections", "report"),)


def test_what_is_looked_up_names_both_tables() -> None:
    """The host of a virtual machine may come from its own report or from that of the hosts."""
    assert published_origins("dim_virtual_machine")["esxi_host"] == (
        Origin("virtual_machines", "esxi_host"),
        Origin("esxi_hosts", "name"),
    )
    assert lists_of("vm_snapshots") == ("vm_snapshots", "virtual_machines")
    assert lists_of("reports") == ()
