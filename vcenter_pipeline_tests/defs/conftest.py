"""What tests of the Dagster definitions share."""

from collections.abc import Iterator

import dagster as dg
import pytest


@pytest.fixture
def instance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dg.DagsterInstance]:
    """Give a Dagster of its own, on SQLite."""
    with dg.DagsterInstance.local_temp(str(tmp_path_factory.mktemp("dagster_of_test"))) as found:
        yield found
