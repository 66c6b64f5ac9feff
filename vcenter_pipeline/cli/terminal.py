"""What every command uses: where it prints, how it reads the settings, how it shows progress."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from vcenter_pipeline.settings import Settings, load_settings

out = Console(soft_wrap=True)
err = Console(stderr=True, soft_wrap=True)

Home = Annotated[
    Path | None,
    typer.Option(help="The directory that everything lives in, instead of VCENTER_HOME.", show_default=False),
]
IsJson = Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")]
Tell = Callable[[str, int, int | None], None]
"""Takes what is being done, how much of it is done, and of how much; None where that is not known."""


def read_settings(home: Path | None) -> Settings:
    """Read the settings; `--home` goes through the environment, where the job's own steps read it too."""
    if home is not None:
        os.environ["VCENTER_HOME"] = str(home.expanduser().absolute())
    return load_settings()


def say(sentence: str) -> None:
    """Print a sentence as it is."""
    out.print(sentence, markup=False, highlight=False)


@contextmanager
def progress() -> Iterator[Tell]:
    """Show how far something has come, on stderr, so that stdout holds the summary alone."""
    columns: tuple[Any, ...] = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=err) as shown:
        task = shown.add_task("looking", total=None)

        def tell(doing: str, done: int, total: int | None) -> None:
            shown.update(task, description=doing, completed=done, total=total)

        yield tell
