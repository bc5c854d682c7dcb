"""A made report in its other forms: a mail with its charts, and a PDF of its page."""

from __future__ import annotations

from datetime import date
from email import policy
from email.message import EmailMessage
from typing import Literal

from plotly.graph_objects import Figure

from bio_lakehouse.errors import ReportError
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.locks import exclusively
from bio_lakehouse.reports.composition import Composed, composed
from bio_lakehouse.reports.email import email_of
from bio_lakehouse.reports.outdated import LOCK
from bio_lakehouse.reports.pages import home_option, report_key
from bio_lakehouse.reports.told import note_told
from bio_lakehouse.reports.training import LOAD_CHART
from bio_lakehouse.viz.browser import find_browser, print_pdf
from bio_lakehouse.viz.theme import themed

Format = Literal["html", "email", "pdf"]
NOBODY = "bio-lakehouse@localhost"


def written_as(lake: Lakehouse, user_id: str, day: date, form: Format) -> str:
    """The key of a made report in that form; the mail (`.eml`) and the PDF are made of it now.

    Raises `ReportError` when the page is not there, and for a PDF when there is no browser to print
    it.
    """
    key = report_key(user_id, day)
    if form == "html":
        return key
    other = key.removesuffix(".html") + (".eml" if form == "email" else ".pdf")
    lake.objects.put(
        other, mail_bytes(lake, user_id, day) if form == "email" else pdf_bytes(lake, key)
    )
    return other


def pdf_bytes(lake: Lakehouse, key: str) -> bytes:
    return print_pdf(lake.local_path(key), find_browser(lake.settings.browser))


def mail_bytes(lake: Lakehouse, user_id: str, day: date) -> bytes:
    return message_of(lake, user_id, day).as_bytes(policy=policy.SMTP)


def message_of(lake: Lakehouse, user_id: str, day: date) -> EmailMessage:
    """The report as a mail with its charts, or with a word on why it has none."""
    settings = lake.settings
    report = composed(lake, user_id, day)
    with exclusively(lake, LOCK):
        note_told(lake, user_id, day, report.told)
    charts, note = dict[str, bytes](), ""
    try:
        from bio_lakehouse.viz.export import png_of

        charts = png_of(figures_for_mail(report), find_browser(settings.browser))
    except ReportError as error:
        note = f"The charts are left out: {error}."
    mail = email_of(report.model, charts, note, home_option(settings))
    return mail.message(
        settings.mail_from or NOBODY, settings.user_profile(user_id).mail_to or (NOBODY,)
    )


def figures_for_mail(report: Composed) -> dict[str, Figure]:
    """The figures of insights of which something was found and of training load, each on a panel
    of its own, so that they hold where a mail program darkens what is around them."""
    found = [card.name for card in report.model.insights if card.status == "found"]
    figures = report.figures()
    shown = [name for name in (*found, LOAD_CHART) if name in figures]
    return {name: themed(Figure(figures[name]), "panel") for name in shown}
