"""The script that a user would write instead: load, flatten, write.

It leaves out `vm_network`, whose keys are MAC addresses: `json_normalize` would make columns of each of them.

    python -m vcenter_pipeline_tests.benchmarks.naive REPORT FOLDER parquet,csv,json[,excel]
"""

import json
import sys
from pathlib import Path

import pandas as pd

from vcenter_pipeline_tests.benchmarks.laps import Laps

if __name__ == "__main__":
    report, folder, formats = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3].split(",")
    laps = Laps()
    laps.enter("parse")
    with report.open(encoding="utf-8") as file:
        machines = json.load(file)["virtual_machines"]
    laps.leave()
    laps.enter("normalize")
    frame = pd.json_normalize([{key: vm[key] for key in vm if key != "vm_network"} for vm in machines])
    laps.leave()
    laps.enter("csv")
    frame.to_csv(folder / "naive.csv", index=False)
    laps.leave()
    laps.enter("json")
    frame.to_json(folder / "naive.json", orient="records")
    laps.leave()
    laps.enter("parquet")
    frame.to_parquet(folder / "naive.parquet")
    laps.leave()
    if "excel" in formats:
        laps.enter("excel")
        frame.to_excel(folder / "naive.xlsx", index=False)
        laps.leave()
    laps.tell()
