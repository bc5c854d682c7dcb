"""The weekly report as an e-mail: tables and inline styles at most 640 pixels wide, and the same as
plain text.

Mail programs run no scripts and draw no SVG, so charts are PNG parts of the mail; the numbers are
the page's own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import localtime, make_msgid

from bio_lakehouse.reports import palette
from bio_lakehouse.reports.pages import renewing_command
from bio_lakehouse.reports.report_model import FindingLine, InsightCard, ReportModel
from bio_lakehouse.reports.training import LOAD_CHART
from bio_lakehouse.reports.weekly_report import (
    environment,
    missing_days,
    tiles_of,
)
from bio_lakehouse.viz import theme

LARGEST_BYTES = 100_000
"""Mail programs cut longer ones off (Gmail at 102 kB)."""

GROUNDS = ("paper", "notice")
INKS = ("ink", "soft", "readiness", "sleep", "workout", "notice-ink")


@dataclass(frozen=True, slots=True)
class FoundCard:
    """What a mail says of an insight of which something was found."""

    name: str
    title: str
    lines: tuple[FindingLine, ...]
    caveats: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReportEmail:
    """One report as mail: subject, HTML part, plain-text part, and PNG charts by name."""

    subject: str
    html: str
    text: str
    charts: Mapping[str, bytes] = field(default_factory=dict)

    def message(self, sender: str, recipients: Sequence[str]) -> EmailMessage:
        """A `multipart/alternative` message, plain text first, charts beside the HTML; sending it
        is the caller's."""
        message = EmailMessage()
        message["Subject"], message["From"], message["To"] = (
            self.subject,
            sender,
            ", ".join(recipients),
        )
        message["Date"], message["Message-ID"] = (
            localtime(),
            make_msgid(domain="bio-lakehouse.invalid"),
        )
        message.set_content(self.text)
        message.add_alternative(self.html, subtype="html")
        page = list(message.iter_parts())[1]
        for name, picture in self.charts.items():
            page.add_related(
                picture,
                "image",
                "png",
                cid=f"<{name}>",
                filename=f"{name}.png",
                disposition="inline",
            )
        return message


def email_of(
    model: ReportModel,
    charts: Mapping[str, bytes] | None = None,
    charts_note: str = "",
    where: str = "",
) -> ReportEmail:
    """The e-mail of one report; the same model gives the same mail.

    `charts` are PNGs by insight name and of training load, `charts_note` says why there are none;
    `where` are the words that name its home in a command.
    """
    values = {
        "report": model,
        "tiles": tiles_of(model),
        "found": [_found(card) for card in model.insights if card.status == "found"],
        "charts": charts or {},
        "load_chart": LOAD_CHART,
        "charts_note": charts_note,
        "missing": missing_days(model),
        "colour": palette.LIGHT,
        "panel": theme.GROUNDS["panel"].paper,
        "dark_rules": dark_rules(),
        "serif": "Georgia, 'Times New Roman', serif",
        "sans": "-apple-system, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif",
        "command": renewing_command(model.user_id, model.last_day, where),
    }
    return ReportEmail(
        subject=model.subject,
        html=environment().get_template("email.html.j2").render(values),
        text=environment().get_template("email.txt.j2").render(values),
        charts=dict(charts or {}),
    )


def dark_rules() -> list[tuple[str, str]]:
    """Selector and declaration of each colour in the dark, for programs that honour a style sheet;
    marked as more important than the inline styles, on which all others stand.
    """
    dark = palette.DARK
    return [
        *((f".{name}", f"background: {dark[name]} !important;") for name in GROUNDS),
        *((f".{name}", f"color: {dark[name]} !important;") for name in INKS),
        *(
            (f".{name}", f"border-color: {dark['line']} !important;")
            for name in ("line", "picture")
        ),
    ]


def _found(card: InsightCard) -> FoundCard:
    lines = tuple(line for line in card.lines if line.finding.status == "found")
    caveats = dict.fromkeys(caveat for line in lines for caveat in line.finding.caveats)
    return FoundCard(card.name, card.title, lines, tuple(caveats))
