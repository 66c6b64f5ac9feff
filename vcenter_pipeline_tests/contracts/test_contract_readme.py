"""README says what the program does."""

from pathlib import Path

from vcenter_pipeline.settings import load_settings, setting_facts

README = Path(__file__).parents[2] / "README.md"


def test_readme_lists_every_setting_and_no_other() -> None:
    """A setting that README does not name is one that nobody finds; one that it invents has no effect."""
    rows = [
        line.split(" | ")
        for line in README.read_text(encoding="utf-8").splitlines()
        if line.startswith(("| `VCENTER_", "| `DATABASE_URL", "| `DAGSTER_HOME"))
    ]
    listed = {row[0].removeprefix("| `").removesuffix("`"): row[2].removesuffix(" |") for row in rows}
    assert listed == {fact.variable: fact.meaning for fact in setting_facts(load_settings())}
