"""`vcenter-pipeline rebuild`: all tables once more, from the archive."""

import json
import sys
from typing import TYPE_CHECKING, Annotated, Final

import typer
from rich.table import Column, Table

from vcenter_pipeline.cli.terminal import Home, IsJson, out, progress, read_settings, say
from vcenter_pipeline.intake.sources import to_source_name

if TYPE_CHECKING:
    from vcenter_pipeline.defs.rebuilding import Rebuilt

_SUMMARY: Final = {
    "reports_read": "read",
    "reports_read_before": "read before",
    "reports_new": "new",
    "reports_refused": "refused",
    "reports_failed": "failed",
    "reports_without_file": "no file",
    "history_steps": "history steps",
}


def rebuild_tables(  # noqa: PLR0913 - each is a word of the command
    client: Annotated[str | None, typer.Argument(help="Only this client.", show_default=False)] = None,
    environment: Annotated[str | None, typer.Argument(help="Only this one of its environments.")] = None,
    home: Home = None,
    *,
    is_restarted: Annotated[
        bool, typer.Option("--restart", help="Begin anew, rather than go on with a rebuild that was not finished.")
    ] = False,
    is_publishing: Annotated[
        bool, typer.Option("--publish/--no-publish", help="Replace the files that Power BI reads.")
    ] = True,
    is_json: IsJson = False,
) -> None:
    """Read all archived reports once more, and derive the history anew: after an upgrade, or when the tables are lost.

    It may be stopped at any time: called again, it goes on where it was. New reports are taken meanwhile. The exit
    code is 0 when all went well, and 1 when a report could not be read or a source is not finished.
    """
    from vcenter_pipeline.defs.ingestion import opened
    from vcenter_pipeline.defs.rebuilding import Options, choose_sources, rebuild_sources

    settings = read_settings(home)
    names = client and to_source_name(client, "client"), environment and to_source_name(environment, "environment")
    options = Options(is_restarted=is_restarted, is_publishing=is_publishing)
    with opened(settings) as pipeline:
        sources, refused = choose_sources(pipeline, *names)
        with progress() as tell:
            done = list(rebuild_sources(pipeline, sources, options, tell))
    is_good = not refused and all(result.is_good for result in done)
    if is_json:
        document = {
            "is_good": is_good,
            "refused": refused,
            "sources": [result._asdict() | {"is_good": result.is_good} for result in done],
        }
        sys.stdout.write(json.dumps(document, indent=2, default=str) + "\n")
    else:
        _print_summary(done, refused)
    raise typer.Exit(0 if is_good else 1)


def _print_summary(done: "list[Rebuilt]", refused: list[str]) -> None:
    if not done:
        say("Nothing to rebuild: neither the tables nor the archive hold a report.")
    else:
        table = Table(Column("source", overflow="fold"), box=None, pad_edge=False, collapse_padding=True)
        for title in (*_SUMMARY.values(), "seconds"):
            table.add_column(title, justify="right")
        for result in done:
            counts = [f"{getattr(result, field):,}" for field in _SUMMARY]
            table.add_row(result.source, *counts, f"{result.seconds:,.1f}")
        out.print(table)
    for result in done:
        for sentence in result.remarks:
            say(sentence)
    for sentence in (*refused, *(sentence for result in done for sentence in result.problems)):
        say(f"! {sentence}")
    if unfinished := [result.source for result in done if not result.is_finished]:
        say(f"Not finished: {', '.join(unfinished)}. `vcenter-pipeline rebuild` goes on with them.")
