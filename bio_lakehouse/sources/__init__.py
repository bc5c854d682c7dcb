"""The outside world: file formats, API clients and the demo person. Knows no Dagster and no Spark."""
