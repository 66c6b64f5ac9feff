"""Dagster, thin: assets, checks, sensors, schedules and jobs over the rooms below."""
