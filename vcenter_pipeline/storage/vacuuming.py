"""Give back to the disk what the database does not use any more.

Deleting rows only frees pages inside the file. SQLite's `VACUUM` writes the whole file anew and holds up everybody for
as long; `incremental_vacuum` moves some pages at a time to the front and cuts off the end.
"""

from collections.abc import Callable
from typing import Final

from vcenter_pipeline.storage.database import Database
from vcenter_pipeline.storage.failures import storage_errors

_PAGES_A_STEP: Final = 500
"""8 MiB. Others wait that long for their turn to write: well below a second on a slow disk too."""
_STEPS_A_CHECKPOINT: Final = 4
"""The write-ahead log would otherwise grow by as much as is given back."""

Tell = Callable[[int, int], None]
"""Is told how many pages of how many are given back."""


def give_back(database: Database, tell: Tell | None = None) -> int:
    """Give free pages back to the disk, some at a time; give how many bytes that were.

    Readers that are in the middle of something keep the file from becoming shorter until the next checkpoint.

    Raises:
        StorageError: the database did not answer; what is given back so far is.
    """
    with storage_errors(database.path, "give space back"):
        pooled = database.engine.raw_connection()
        try:
            cursor = pooled.cursor()

            def number(pragma: str) -> int:
                (value,) = cursor.execute(f"PRAGMA {pragma}").fetchone()
                return int(value)

            free = first = number("freelist_count")
            given = 0
            steps = 0
            while free:
                pages = number("page_count")
                # Python's `execute` steps once, which gives back one page; a script is stepped to its end.
                cursor.executescript(f"PRAGMA incremental_vacuum({_PAGES_A_STEP})")
                step = pages - number("page_count")
                if step <= 0:
                    break  # a writer is faster, or the file has no incremental vacuum
                given += step
                free = number("freelist_count")
                steps += 1
                if steps % _STEPS_A_CHECKPOINT == 0:
                    cursor.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
                if tell is not None:
                    tell(given, max(first, given))
            cursor.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
            return given * number("page_size")
        finally:
            pooled.close()


def count_free(database: Database) -> int:
    """Give how many bytes of the file are free, without writing.

    Raises:
        StorageError: the database did not answer.
    """
    with database.reading("be read") as connection:
        free = connection.exec_driver_sql("PRAGMA freelist_count").scalar() or 0
        size = connection.exec_driver_sql("PRAGMA page_size").scalar() or 0
    return int(free) * int(size)
