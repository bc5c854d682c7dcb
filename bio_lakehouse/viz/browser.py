"""The Chrome or Chromium of this machine: it draws charts as PNG and prints pages as PDF."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

from bio_lakehouse.errors import ReportError
from bio_lakehouse.sources import installed_browser

PRINT_SECONDS = 60
QUIET = (
    "--headless",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-sync",
)


def find_browser(wanted: Path | None = None) -> str:
    """The program of `wanted`, else of the first browser found; raises `ReportError` when there is
    none."""
    return str(installed_browser.find_browser(wanted, "BIO_BROWSER", ReportError))


def print_pdf(page: Path, program: str) -> bytes:
    """The page as PDF, its charts drawn; raises `ReportError` when the browser does not bring
    it."""
    with tempfile.TemporaryDirectory(prefix="bio-lakehouse-") as folder:
        printed = Path(folder, "page.pdf")
        command = [
            program,
            *QUIET,
            *sandbox(),
            f"--user-data-dir={folder}/profile",
            "--virtual-time-budget=10000",
            "--no-pdf-header-footer",
            f"--print-to-pdf={printed}",
            page.as_uri(),
        ]
        try:
            done = subprocess.run(command, capture_output=True, timeout=PRINT_SECONDS, check=False)
        except subprocess.TimeoutExpired as error:
            raise ReportError(f"{program} did not print {page} within {PRINT_SECONDS} s") from error
        if not printed.exists():
            said = done.stderr.decode(errors="replace").strip().splitlines()[-1:]
            raise ReportError(
                f"{program} printed no PDF of {page}: "
                f"{''.join(said) or f'exit code {done.returncode}'}"
            )
        return printed.read_bytes()


def sandbox() -> tuple[str, ...]:
    """The option without which Chrome does not start where it has no sandbox."""
    return () if installed_browser.has_sandbox() else ("--no-sandbox",)
