"""The outside world: what vendors send, read into records. Knows no Dagster, no Spark, no storage.

`registry.py` lists the vendors; each has a folder with one declaration, `source.py`.
"""

from bio_lakehouse.sources.parts import parse_in_parts, refuse_large
from bio_lakehouse.sources.recognise import parse

__all__ = ["parse", "parse_in_parts", "refuse_large"]
