"""`python -m vcenter_pipeline.cli` is the `vcenter-pipeline` command."""

from vcenter_pipeline.cli import main

main()
