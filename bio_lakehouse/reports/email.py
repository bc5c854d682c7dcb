"""The weekly report as an e-mail: tables and inline styles at most 640 pixels wide, and the same as plain text.

Mail programs run no scripts and draw no SVG, so there are no charts in it; the numbers are the page's own.
"""

from __future__ import annotations

from dataclasses import dataclass
from email.message import EmailMessage

from bio_lakehouse.narrative import report_sentences as sentences
from bio_lakehouse.reports import palette
from bio_lakehouse.reports.contents import Contents
from bio_lakehouse.reports.weekly_report import environment, missing_days, renewing_command, tiles_of

LARGEST_BYTES = 100_000
"""Mail programs cut longer ones off (Gmail at 102 kB)."""


@dataclass(frozen=True, slots=True)
class ReportEmail:
    """One report as mail: subject, HTML part and plain-text part."""

    subject: str
    html: str
    text: str

    def message(self, sender: str, recipient: str) -> EmailMessage:
        """A `multipart/alternative` message, plain text first; sending it is the caller's."""
        message = EmailMessage()
        message["Subject"], message["From"], message["To"] = self.subject, sender, recipient
        message.set_content(self.text)
        message.add_alternative(self.html, subtype="html")
        return message


def email_of(contents: Contents) -> ReportEmail:
    """The e-mail of one report; the same contents give the same mail."""
    found = [line.sentence for card in contents.insights for line in card.lines if line.finding.status == "found"]
    values = {
        "report": contents,
        "tiles": tiles_of(contents),
        "missing": missing_days(contents),
        "found": found,
        "colour": palette.LIGHT,
        "serif": "Georgia, 'Times New Roman', serif",
        "sans": "-apple-system, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif",
        "band_basis": sentences.band_basis,
        "command": renewing_command(contents),
    }
    return ReportEmail(
        subject=f"{contents.headline} ({sentences.span(contents.first_day, contents.last_day)})",
        html=environment().get_template("email.html.j2").render(values),
        text=environment().get_template("email.txt.j2").render(values),
    )
