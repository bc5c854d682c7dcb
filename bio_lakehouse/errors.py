"""Everything that Bio Lakehouse raises on purpose, in one family.

Each message tells a person what happened, where (file and row when there is one), and what to do
next.
"""

from __future__ import annotations


class BioLakehouseError(Exception):
    """The root of the family; the command line prints its message without a traceback and exits
    with 1."""


class SettingsError(BioLakehouseError):
    """A setting is missing or makes no sense."""


class UnsupportedFile(BioLakehouseError):  # noqa: N818 - what it is, not that it is an error
    """A file that is no known export; the message says what it looks like and what to download
    instead."""


class UnknownFormat(UnsupportedFile):
    """A file that is none of the known exports at all, and not merely a damaged one."""


class NothingRead(UnknownFormat):
    """A file of a vendor's that is known, and of which nothing is read."""


class EmptyAnswer(UnsupportedFile):
    """A whole answer without a record that leaves open of what it is an answer: there is nothing in
    it to use."""


class LandingError(BioLakehouseError):
    """Landing could not be read, or a file that the ingestion log names is not there any more."""


class TableError(BioLakehouseError):
    """A lake table is missing, or rows that break its schema's rules were about to be committed."""


class QueryError(BioLakehouseError):
    """A statement that is not one read-only SELECT over the lake's tables, or that the engine
    refused."""


class SemanticModelError(BioLakehouseError):
    """The semantic model is not of its form, or names what the lake does not have."""


class SourceError(BioLakehouseError):
    """A vendor could not be reached, refused, or did not answer whole."""


class SignInRequired(SourceError):  # noqa: N818
    """The kept login has expired or was revoked; the message names the command that signs in
    again."""


class AwsError(BioLakehouseError):
    """AWS refused or could not be reached; the message says what for, why, and what to do."""


class ReportError(BioLakehouseError):
    """A report could not be made or found."""


class ExperimentError(BioLakehouseError):
    """A self-experiment cannot be started, marked or told as it was asked."""


class StoreError(BioLakehouseError):
    """A file of the home cannot be read or written: a full disk, a lock, missing rights."""


class DamagedFile(StoreError):  # noqa: N818 - what it is
    """A file that can be made again from landing cannot be read; `bio-lakehouse repair` does
    that."""

    @classmethod
    def at(cls, path: object, reason: object) -> DamagedFile:
        """The error that names the file at `path` and says what is wrong with it."""
        return cls(
            f"{path} is damaged ({reason}): `bio-lakehouse repair` makes it again from landing"
        )
