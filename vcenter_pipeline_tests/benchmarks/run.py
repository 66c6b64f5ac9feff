"""Measure the pipeline beside the pandas script that it replaces: `python vcenter_pipeline_tests/benchmarks/run.py`."""

import runpy
import sys
from pathlib import Path

if __name__ == "__main__":
    sys.path[0] = str(Path(__file__).parents[2])
    runpy.run_module("vcenter_pipeline_tests.benchmarks.comparison", run_name="__main__")
