"""`vcenter-pipeline retention`: what `retention_job` does once a day, at once; or only what it would do."""

import json
import sys
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Column, Table

from vcenter_pipeline.cli.terminal import Home, IsJson, out, progress, read_settings, say

if TYPE_CHECKING:
    from vcenter_pipeline.defs.tidying import Options, Tidied
    from vcenter_pipeline.settings import Settings


def remove_old(
    home: Home = None,
    *,
    is_dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print what would go, by source, and change nothing.")
    ] = False,
    gone_exports: Annotated[
        bool,
        typer.Option(
            "--gone-exports", help="Remove also the published files of sources that the ledger does not know any more."
        ),
    ] = False,
    is_json: IsJson = False,
) -> None:
    """Remove what is older than the settings say: files, collections in the tables, Dagster's own runs.

    What is current and the history that was derived stay. It may be stopped at any time, and reports are taken
    meanwhile. The exit code is 0 when all went well, and 1 when a source or a stage failed.
    """
    from vcenter_pipeline.defs.retention import told
    from vcenter_pipeline.defs.tidying import Options

    settings = read_settings(home)
    done = _tidy(settings, Options(is_dry_run, gone_exports))
    if is_json:
        document = {
            "is_dry_run": is_dry_run,
            "is_good": not done.problems,
            "sources": {source or "of no source": dict(counts) for source, counts in done.by_source.items()},
            "bytes_free" if is_dry_run else "bytes_given_back": done.bytes_given_back,
            "seconds": done.seconds,
            "problems": done.problems,
        }
        sys.stdout.write(json.dumps(document, indent=2) + "\n")
    else:
        _print_sources(done)
        for sentence in told(done, is_dry_run=is_dry_run):
            say(sentence)
        for sentence in done.problems:
            say(f"! {sentence}")
    raise typer.Exit(1 if done.problems else 0)


def _tidy(settings: "Settings", options: "Options") -> "Tidied":
    """Make the pass, and let Dagster know of it as of one that it ran itself."""
    import dagster as dg

    from vcenter_pipeline.defs.ingestion import opened, utc_now
    from vcenter_pipeline.defs.old_runs import opened_instance
    from vcenter_pipeline.defs.retention import RETENTION, retention_metadata
    from vcenter_pipeline.defs.tidying import opened_to_count, tidy

    with (
        opened_to_count(settings) if options.is_dry_run else opened(settings) as pipeline,
        opened_instance(settings) as instance,
    ):
        with progress() as tell:
            done = tidy(settings, pipeline, instance, options, now=utc_now(), tell=tell)
        if instance is not None and not options.is_dry_run:
            metadata = retention_metadata(done, is_dry_run=False)
            instance.report_runless_asset_event(dg.AssetMaterialization(RETENTION, metadata=metadata))
    return done


def _print_sources(done: "Tidied") -> None:
    from vcenter_pipeline.defs.retention import LABELS

    table = Table(Column("source", overflow="fold"), box=None, pad_edge=False, collapse_padding=True)
    shown = [name for name in LABELS if done.total(name)]
    for name in shown:
        table.add_column(LABELS[name].lower(), justify="right")
    for source, counts in done.by_source.items():
        table.add_row(source or "of no source", *(f"{counts.get(name, 0):,}" for name in shown))
    if shown:
        out.print(table)
