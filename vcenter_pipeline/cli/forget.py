"""`vcenter-pipeline forget`: remove all that there is of a client."""

import json
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from vcenter_pipeline.cli.terminal import Home, IsJson, progress, read_settings, say
from vcenter_pipeline.intake.sources import to_source_name

if TYPE_CHECKING:
    from vcenter_pipeline.defs.forgetting import Forgotten


def forget_client(
    client: Annotated[str, typer.Argument(help="The client, as its folder is called.", show_default=False)],
    environment: Annotated[
        str | None, typer.Argument(help="Only this one of its environments.", show_default=False)
    ] = None,
    home: Home = None,
    *,
    is_sure: Annotated[
        bool, typer.Option("--yes", help="Do it. Without, what would go is printed and the exit code is 1.")
    ] = False,
    is_json: IsJson = False,
) -> None:
    """Remove a client, or one of its environments: its files, its rows, its runs and its partition.

    Nothing of it can be brought back. Stop its playbooks first: a report that comes later begins it anew. It may be
    called again after it was stopped on the way.
    """
    from vcenter_pipeline.defs.forgetting import count_forgetting, forget
    from vcenter_pipeline.defs.ingestion import opened
    from vcenter_pipeline.defs.old_runs import opened_instance

    settings = read_settings(home)
    names = to_source_name(client, "client"), environment and to_source_name(environment, "environment")
    with opened(settings) as pipeline, opened_instance(settings) as instance:
        if is_sure:
            with progress() as tell:
                done = forget(pipeline, instance, *names, tell)
        else:
            done = count_forgetting(pipeline, instance, *names)
    if is_json:
        sys.stdout.write(json.dumps({"is_done": is_sure, **done._asdict()}, indent=2) + "\n")
    else:
        _print(done, is_done=is_sure)
    raise typer.Exit(0 if is_sure else 1)


def _print(done: "Forgotten", *, is_done: bool) -> None:
    verb = "removed" if is_done else "would be removed"
    say(f"Sources: {', '.join(done.sources) or 'none'}")
    files = ", ".join(f"{count:,} in {name}" for name, count in done.files.items() if count)
    say(f"Files {verb}: {files or 'none'}; {done.file_bytes:,} bytes.")
    rows = ", ".join(f"{count:,} of {name}" for name, count in done.rows.items())
    say(f"Rows {verb}: {rows or 'none'}.")
    say(f"Dagster's runs {verb}: {done.runs:,}, with their logs; partitions: {done.partitions:,}.")
    if done.shared_runs:
        say(f"{done.shared_runs:,} runs are of other sources as well, and stay with their logs.")
    if is_done:
        say(f"The database gave {done.bytes_given_back:,} bytes back to the disk.")
    else:
        say("Nothing was removed. Add --yes to remove it; it cannot be brought back.")
