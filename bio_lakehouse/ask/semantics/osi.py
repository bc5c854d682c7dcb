"""The form of Open Semantic Interchange 1.0: what a file of a semantic model may hold."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bio_lakehouse import safe_yaml
from bio_lakehouse.errors import SemanticModelError

DIALECT: Literal["ANSI_SQL"] = "ANSI_SQL"
VENDOR: Literal["COMMON"] = "COMMON"


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class DialectExpression(_Part):
    """An expression in one dialect of SQL."""

    dialect: Literal["ANSI_SQL", "SNOWFLAKE", "MDX", "TABLEAU", "DATABRICKS"]
    expression: str


class Expression(_Part):
    """The same expression in one dialect or several."""

    dialects: Annotated[list[DialectExpression], Field(min_length=1)]

    @property
    def sql(self) -> str:
        """The expression as it is written here, in the first dialect."""
        return self.dialects[0].expression


class Dimension(_Part):
    """That rows may be grouped by a field; `is_time` where it is a day or a time."""

    is_time: bool = False


class Context(BaseModel):
    """What helps to understand a part; the form leaves it open to further entries."""

    model_config = ConfigDict(extra="allow", frozen=True)

    instructions: str = ""
    synonyms: list[str] = []
    examples: list[str] = []
    values: dict[str, list[str]] = {}


class CustomExtension(_Part):
    """What the form has no place for, as JSON in a string."""

    vendor_name: Literal["COMMON", "SNOWFLAKE", "SALESFORCE", "DBT", "DATABRICKS"]
    data: str


class DatasetField(_Part):
    """A column of a dataset."""

    name: str
    expression: Expression
    dimension: Dimension | None = None
    label: str = ""
    description: str = ""
    ai_context: Context = Field(default_factory=Context)
    custom_extensions: list[CustomExtension] = []


class OsiDataset(_Part):
    """A table or view; `source` is its full name."""

    name: str
    source: str
    primary_key: list[str] = []
    unique_keys: list[list[str]] = []
    description: str = ""
    ai_context: Context = Field(default_factory=Context)
    fields: list[DatasetField] = []
    custom_extensions: list[CustomExtension] = []


class OsiRelationship(_Part):
    """Which columns of one dataset find a row of another."""

    name: str
    from_dataset: Annotated[str, Field(alias="from")]
    to_dataset: Annotated[str, Field(alias="to")]
    from_columns: Annotated[list[str], Field(min_length=1)]
    to_columns: Annotated[list[str], Field(min_length=1)]
    ai_context: Context = Field(default_factory=Context)
    custom_extensions: list[CustomExtension] = []


class OsiMetric(_Part):
    """A figure over the rows of a dataset."""

    name: str
    expression: Expression
    description: str = ""
    ai_context: Context = Field(default_factory=Context)
    custom_extensions: list[CustomExtension] = []


class OsiModel(_Part):
    """One semantic model."""

    name: str
    description: str = ""
    ai_context: Context = Field(default_factory=Context)
    datasets: Annotated[list[OsiDataset], Field(min_length=1)]
    relationships: list[OsiRelationship] = []
    metrics: list[OsiMetric] = []
    custom_extensions: list[CustomExtension] = []


class _Document(_Part):
    semantic_model: Annotated[list[OsiModel], Field(min_length=1, max_length=1)]
    dialects: list[str] = []
    vendors: list[str] = []


def parse(text: str) -> OsiModel:
    """The one model of a document; SemanticModelError says where it is not of the form."""
    try:
        content: Any = safe_yaml.load(text)
        return _Document.model_validate(content).semantic_model[0]
    except yaml.YAMLError as error:
        raise SemanticModelError(f"The semantic model is not YAML: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(step) for step in first["loc"])
        raise SemanticModelError(
            f"The semantic model is not of its form at {place}: {first['msg']}."
        ) from error
