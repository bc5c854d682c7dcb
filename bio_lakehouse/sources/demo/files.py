"""The demo person's data as files, just as a member would have downloaded them."""

from __future__ import annotations

from pathlib import Path

from bio_lakehouse.sources.demo.minutes import lay_out
from bio_lakehouse.sources.demo.oura_api import answers
from bio_lakehouse.sources.demo.oura_export import account_export
from bio_lakehouse.sources.demo.oura_trends import trends_exports
from bio_lakehouse.sources.demo.peloton_download import downloads
from bio_lakehouse.sources.demo.truth import Truth


def write_files(truth: Truth, folder: Path) -> list[Path]:
    """Write every file of the demo person into `folder` (made when missing); the same truth gives
    the same bytes.

    The older days come as an Oura account export and a trends export, the newer ones as answers of
    the API in two overlapping fetches (the earlier one with days that were restated since) and a
    second trends export; workouts as two Peloton downloads. Returns the paths in the order of their
    names.
    """
    sheets = [lay_out(truth, index) for index in range(len(truth.days))]
    files = (
        account_export(truth, sheets)
        | trends_exports(truth, sheets)
        | answers(truth, sheets)
        | downloads(truth)
    )
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name).write_bytes(text.encode())
    return [folder / name for name in sorted(files)]
