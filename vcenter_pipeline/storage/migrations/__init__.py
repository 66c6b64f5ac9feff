"""The history of the tables, run by Alembic.

A revision is written once and never changed. It does not derive anything from `ddl`: a column that is
declared later must not appear in an older revision. Make the next one by hand in `versions`, and set
`database.REVISION`; a contract test compares what they lead to with what is declared.
"""

from pathlib import Path
from typing import Final

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError

from vcenter_pipeline.errors import StorageError

_LOCATION: Final = "vcenter_pipeline.storage:migrations"


def upgrade(connection: sa.Connection, path: Path, revision: str | None, *, is_strict: bool) -> None:
    """Run every migration that the database lacks, in the connection's transaction.

    Args:
        connection: one that may write; committing is left to the caller.
        path: the database file, for the message.
        revision: where the database is; None when it is empty.
        is_strict: whether SQLite knows STRICT tables.

    Raises:
        StorageError: the database is at a revision that this program does not know.
    """
    config = Config(attributes={"connection": connection, "is_strict": is_strict})
    config.set_main_option("script_location", _LOCATION)
    config.set_main_option("path_separator", "os")
    if revision is not None:
        try:
            ScriptDirectory.from_config(config).get_revision(revision)
        except CommandError:
            raise StorageError(
                f"The database {path} is newer than this program: it is at revision {revision}, which is unknown "
                "here. Install the version of vcenter-pipeline that was used last, or a later one."
            ) from None
    command.upgrade(config, "head")
