"""The shipped reports in the input folder, to try the pipeline with."""

import hashlib

from vcenter_pipeline.defs.ingestion import opened
from vcenter_pipeline.defs.instance import prepare_home
from vcenter_pipeline.demo import demo_reports
from vcenter_pipeline.intake.sources import Source
from vcenter_pipeline.settings import Settings
from vcenter_pipeline.storage.reader import find_reports


def place_demo_reports(settings: Settings) -> list[str]:
    """Place the shipped reports that the tables do not hold yet; give their paths below the input folder.

    Each is written beside and renamed, as a playbook should do it.
    """
    prepare_home(settings)
    placed = []
    with opened(settings) as pipeline:
        for path, content in demo_reports():
            client, environment, name = path.split("/")
            source = Source.from_folders(client, environment)
            fingerprint = hashlib.sha256(content).hexdigest()
            found = find_reports(pipeline.database, source.client, source.environment, fingerprint)
            if any(row["status"] == "ingested" for row in found):
                continue
            folder = settings.input_path / client / environment
            folder.mkdir(parents=True, exist_ok=True, mode=0o750)
            beside = folder / f".{name}.part"
            beside.write_bytes(content)
            beside.replace(folder / name)
            placed.append(path)
    return placed
