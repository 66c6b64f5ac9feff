"""Real reports of three clients, to try the pipeline with.

They were written by Ansible modules that read VMware's own vCenter simulator; the estate is invented.
Below `reports` they lie as they do in an input directory: <client>/<environment>/<report>.
"""

from importlib.resources import files
from typing import NamedTuple


class DemoReport(NamedTuple):
    """One shipped report."""

    path: str
    """Below the input directory: `acme/prod/vm_info-2026-11-24T0415Z.json`."""
    content: bytes


def demo_reports() -> list[DemoReport]:
    """Read the shipped reports, in the order of their paths."""
    found = [
        DemoReport(f"{client.name}/{environment.name}/{report.name}", report.read_bytes())
        for client in (files(__name__) / "reports").iterdir()
        for environment in client.iterdir()
        for report in environment.iterdir()
    ]
    return sorted(found)
