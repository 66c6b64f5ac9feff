"""vCenter reports that Ansible wrote, as tables that Power BI reads, run by Dagster.

definitions   assembles what `defs` builds into `defs`
cli           the `vcenter-pipeline` command
settings      every setting, declared once
errors        what can go wrong, as a tree
model         what a virtual machine, an alarm, a report is: columns, units, validation
formats       what Ansible wrote -> records
intake        which reports are finished and new; where they go afterwards
storage       tables <-> the database
exports       tables -> Parquet, CSV, JSON, Excel
defs          Dagster: assets, checks, sensors, schedules, jobs
demo          real reports of three clients, to try it with
"""
