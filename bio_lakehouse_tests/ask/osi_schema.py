"""A JSON schema of Open Semantic Interchange 1.0, written from its specification, and apart from
the package's own classes of that form."""

from __future__ import annotations

from typing import Any

TEXT: dict[str, Any] = {"type": "string"}
TEXTS: dict[str, Any] = {"type": "array", "items": TEXT}
DIALECTS = ["ANSI_SQL", "SNOWFLAKE", "MDX", "TABLEAU", "DATABRICKS"]
VENDORS = ["COMMON", "SNOWFLAKE", "SALESFORCE", "DBT", "DATABRICKS"]


def _closed(required: list[str], **properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }


def _several(item: dict[str, Any], least: int = 0) -> dict[str, Any]:
    return {"type": "array", "items": item, "minItems": least}


CONTEXT = {
    "oneOf": [
        TEXT,
        {
            "type": "object",
            "properties": {"instructions": TEXT, "synonyms": TEXTS, "examples": TEXTS},
        },
    ]
}
EXTENSIONS = _several(_closed(["vendor_name", "data"], vendor_name={"enum": VENDORS}, data=TEXT))
COMMON = {"description": TEXT, "ai_context": CONTEXT, "custom_extensions": EXTENSIONS}
IN_A_DIALECT = _closed(["dialect", "expression"], dialect={"enum": DIALECTS}, expression=TEXT)
EXPRESSION = _closed(["dialects"], dialects=_several(IN_A_DIALECT, 1))
FIELD = _closed(
    ["name", "expression"],
    name=TEXT,
    expression=EXPRESSION,
    dimension=_closed([], is_time={"type": "boolean"}),
    label=TEXT,
    **COMMON,
)
DATASET = _closed(
    ["name", "source"],
    name=TEXT,
    source=TEXT,
    primary_key=TEXTS,
    unique_keys=_several(TEXTS),
    fields=_several(FIELD),
    **COMMON,
)
RELATIONSHIP = _closed(
    ["name", "from", "to", "from_columns", "to_columns"],
    name=TEXT,
    **{"from": TEXT, "to": TEXT},
    from_columns=_several(TEXT, 1),
    to_columns=_several(TEXT, 1),
    ai_context=CONTEXT,
    custom_extensions=EXTENSIONS,
)
METRIC = _closed(["name", "expression"], name=TEXT, expression=EXPRESSION, **COMMON)
MODEL = _closed(
    ["name", "datasets"],
    name=TEXT,
    datasets=_several(DATASET, 1),
    relationships=_several(RELATIONSHIP),
    metrics=_several(METRIC),
    **COMMON,
)
SCHEMA = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    **_closed(
        ["semantic_model"],
        semantic_model=_several(MODEL),
        dialects=_several({"enum": DIALECTS}),
        vendors=_several({"enum": VENDORS}),
    ),
}
