"""YAML of the package's own files and of what a person imports: plain values, and nothing else."""

from __future__ import annotations

from typing import Any

import yaml

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""LibYAML's, which is ten times as fast, where PyYAML was built with it."""


def load(text: str) -> Any:
    """What one YAML document says; `yaml.YAMLError` when it says nothing that can be read."""
    return yaml.load(text, LOADER)  # noqa: S506 - either of the two makes plain values alone
