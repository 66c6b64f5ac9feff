"""The `vcenter-pipeline` command: try it, run it, take what waits once, show the settings and what is understood."""

import json
import sys
from importlib.metadata import version as installed_version
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer
from rich.table import Column, Table

from vcenter_pipeline.cli.forget import forget_client
from vcenter_pipeline.cli.rebuild import rebuild_tables
from vcenter_pipeline.cli.retention import remove_old
from vcenter_pipeline.cli.terminal import Home, err, out, progress, read_settings, say
from vcenter_pipeline.errors import PipelineError
from vcenter_pipeline.settings import Settings, setting_facts

if TYPE_CHECKING:
    from vcenter_pipeline.defs.once import Pass
    from vcenter_pipeline.defs.once import Progress as HowFar
    from vcenter_pipeline.formats.catalogue import Entry

app = typer.Typer(
    help="vCenter reports that Ansible wrote, as tables that Power BI reads, run by Dagster.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

_SUMMARY: Final = {
    "ingested_count": "reports read",
    "virtual_machine_count": "VMs",
    "triggered_alarm_count": "alarms",
    "esxi_host_count": "hosts",
    "vm_snapshot_count": "snapshots",
    "rejected_row_count": "rejected rows",
    "quarantined_count": "quarantined",
}
"""What is told of a source after a pass: what fits into 80 columns. JSON tells all."""


def main() -> None:
    """Run the command; an error of ours is one sentence, and the exit code 2."""
    try:
        app()
    except PipelineError as error:
        err.print(f"vcenter-pipeline: {error}", style="red", markup=False, highlight=False)
        sys.exit(2)


def _print_version(is_asked: bool) -> None:  # noqa: FBT001 - typer calls it with the option's value
    if is_asked:
        out.print(installed_version("vcenter-pipeline"))
        raise typer.Exit


@app.callback()
def _options(
    *,
    is_version_asked: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    del is_version_asked  # its callback did the work


@app.command()
def demo(home: Home = None) -> None:
    """Try it: place shipped reports of three clients in the input folder, and run the real job on them.

    Run twice, it changes nothing: the tables know the reports by their content.
    """
    from vcenter_pipeline.defs.trial import place_demo_reports

    chosen = read_settings(home)
    placed = place_demo_reports(chosen)
    if placed:
        say(f"{len(placed)} reports of three clients were placed in {chosen.input_path}.")
    else:
        say("Nothing changed: the tables hold all demo reports already.")
    _finish(chosen, is_waiting_for_writers=False, is_json=False)


@app.command()
def ingest(
    home: Home = None,
    *,
    now: Annotated[
        bool, typer.Option("--now", help="Do not look twice: take also what may still be being written.")
    ] = False,
    is_json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")] = False,
) -> None:
    """Take whatever finished reports wait in the input folder, once, and exit.

    The exit code is 0 when all went well, and 1 when something was quarantined or failed.
    """
    _finish(read_settings(home), is_waiting_for_writers=not now, is_json=is_json)


@app.command()
def up(home: Home = None) -> None:
    """Start Dagster's UI and daemon; reports are taken as they come, until Ctrl-C."""
    from vcenter_pipeline.defs.services import run_services

    raise typer.Exit(run_services(read_settings(home), say))


@app.command("settings")
def print_settings(home: Home = None) -> None:
    """Print every setting: its value, where that comes from, and what it means."""
    for fact in setting_facts(read_settings(home)):
        say(f"{fact.variable} = {fact.value}  ({fact.origin})")
        say(f"    {fact.meaning}")


app.command("rebuild")(rebuild_tables)
app.command("retention")(remove_old)
app.command("forget")(forget_client)


@app.command()
def dictionary() -> None:
    """Print the data dictionary, as Markdown: every published column and what it means."""
    from vcenter_pipeline.exports.dictionary import render_dictionary

    sys.stdout.write(render_dictionary())


@app.command()
def shapes(
    name: Annotated[
        str | None, typer.Argument(help="One of them, such as vmware_vm_info: how to produce it, and an example.")
    ] = None,
    *,
    is_markdown: Annotated[
        bool, typer.Option("--markdown", help="Print all of it as Markdown: docs/shapes.md.")
    ] = False,
) -> None:
    """Print the shapes of reports that are understood; with a name, all about that one and an example of it."""
    from vcenter_pipeline.formats.catalogue import read_catalogue, read_entry, render_shapes

    if is_markdown:
        sys.stdout.write(render_shapes())
    elif name is not None:
        _print_shape(read_entry(name))
    else:
        table = Table("shape", "lists", "complete")
        for entry in read_catalogue():
            table.add_row(entry.shape.name, entry.shape.meaning, entry.completeness)
        out.print(table)
        say("Complete: whether such a list is taken for all that the vCenter has.")
        say("`vcenter-pipeline shapes NAME` shows how to produce one, what it fills, and an example.")


def _print_shape(entry: "Entry") -> None:
    shape = entry.shape
    say(f"{shape.name}: {shape.meaning}")
    say(f"\nProduced by:\n    {shape.written_by}")
    say("\nFills:")
    for table, columns in entry.columns.items():
        say(f"    {table}: {', '.join(columns)}")
    say(f"\nTaken for all that the vCenter has: {entry.completeness}")
    say(f"Cannot tell: {entry.limits}")
    say("\nExample:")
    sys.stdout.write(entry.example)


def _finish(settings: Settings, *, is_waiting_for_writers: bool, is_json: bool) -> None:
    """Make a pass with a progress display, print its summary, and exit."""
    from vcenter_pipeline.definitions import defs
    from vcenter_pipeline.defs.once import ingest_once, refresh_overview

    with progress() as tell:

        def tell_how_far(how_far: "HowFar") -> None:
            tell(how_far.doing, how_far.done, how_far.total)

        done = ingest_once(settings, defs, is_waiting_for_writers=is_waiting_for_writers, tell=tell_how_far)
        refresh_overview(settings, defs)
    if is_json:
        sys.stdout.write(json.dumps(_document(done, settings), indent=2, default=str) + "\n")
    else:
        _print_summary(done, settings)
    raise typer.Exit(0 if done.is_good else 1)


def _print_summary(done: "Pass", settings: Settings) -> None:
    table = Table(Column("source", overflow="fold"), box=None, pad_edge=False, collapse_padding=True)
    for title in _SUMMARY.values():
        table.add_column(title, justify="right")
    for source in done.sources:
        counts = [getattr(source, field) for field in _SUMMARY]
        table.add_row(f"{source.client}/{source.environment}", *("-" if n is None else f"{n:,}" for n in counts))
    if done.sources:
        out.print(table)
    for sentence in _problems(done):
        say(f"! {sentence}")
    read = sum(run.reports for run in done.runs)
    say(f"Reports taken: {read:,}, in runs: {len(done.runs):,}." if read else "No finished report waited.")
    if done.growing:
        say(f"Reports that may still be being written, for the next time: {done.growing:,}.")
    say(f"Power BI reads {settings.output_path}/<client>/<environment>/")
    say(f"Taken reports are in {settings.archive_path}, refused ones with the reason in {settings.quarantine_path}")
    say("`vcenter-pipeline up` shows the runs in Dagster's UI.")


def _problems(done: "Pass") -> list[str]:
    of_runs = [sentence for run in done.runs for sentence in (*run.quarantined, *run.failed)]
    return [*done.unreadable, *done.misplaced, *of_runs]


def _document(done: "Pass", settings: Settings) -> dict[str, Any]:
    return {
        "is_good": done.is_good,
        "output": settings.output_path,
        "runs": [run._asdict() for run in done.runs],
        "misplaced": done.misplaced,
        "unreadable": done.unreadable,
        "growing": done.growing,
        "sources": [source._asdict() for source in done.sources],
    }
