"""Takes a made report to where BIO_REPORT_DELIVERY says: folders, S3, mailboxes. The same report
goes there once."""

from __future__ import annotations

import json
from datetime import date

from bio_lakehouse.errors import BioLakehouseError, LandingError, ReportError
from bio_lakehouse.lake.lakehouse import Lakehouse
from bio_lakehouse.lake.objects import checksum, place_of
from bio_lakehouse.reports.formats import message_of
from bio_lakehouse.reports.mail import refused_text, send, server_of
from bio_lakehouse.reports.pages import report_key

MAIL = "mail"
PAGE_TYPE = "text/html; charset=utf-8"


def deliver(lake: Lakehouse, user_id: str, day: date) -> list[str]:
    """Deliver the report of the seven days up to `day`; what was done, a sentence a target.

    A page that was delivered to a target before is not delivered there again. One target that fails
    keeps none of the others from theirs; then `ReportError` says which failed and why.
    """
    key = report_key(user_id, day)
    if not lake.objects.exists(key):
        raise ReportError(
            f"there is no report of {user_id!r} up to {day} to deliver; run `bio-lakehouse report` "
            "first"
        )
    page, said, failed = lake.objects.get(key), list[str](), list[str]()
    for target in targets(lake):
        try:
            said.append(_deliver_once(lake, user_id, day, target, page))
        except BioLakehouseError as error:
            failed.append(f"{target}: {error}")
    if failed:
        raise ReportError(f"the report was not delivered to {'; '.join(failed)}")
    return said


def targets(lake: Lakehouse) -> tuple[str, ...]:
    """What BIO_REPORT_DELIVERY names; raises `ReportError` when it names nothing."""
    if not lake.settings.report_delivery:
        raise ReportError(
            "BIO_REPORT_DELIVERY does not say where reports go: a folder, s3://bucket/prefix, or "
            "mail"
        )
    return lake.settings.report_delivery


def _deliver_once(lake: Lakehouse, user_id: str, day: date, target: str, page: bytes) -> str:
    delivered = lake.objects, f"reports/{user_id}/delivered.json"
    known = json.loads(delivered[0].get(delivered[1])) if delivered[0].exists(delivered[1]) else {}
    name, version = f"{day.isoformat()} {target}", checksum(page)
    if known.get(name) == version:
        return f"{target}: delivered before"
    address = _delivered(lake, user_id, day, target, page)
    delivered[0].put(delivered[1], json.dumps(known | {name: version}, indent=1).encode())
    return f"{target}: {address}"


def _delivered(lake: Lakehouse, user_id: str, day: date, target: str, page: bytes) -> str:
    key = report_key(user_id, day).removeprefix("reports/")
    if target == MAIL:
        return _mailed(lake, user_id, day)
    return _put(lake, target, key, page)


def _mailed(lake: Lakehouse, user_id: str, day: date) -> str:
    """Only to the person whose report it is."""
    settings, recipients = lake.settings, lake.settings.user_profile(user_id).mail_to
    server_of(settings.smtp_url)
    if not settings.mail_from or not recipients:
        of_user = "BIO_MAIL_TO" if user_id == "me" else f"`mail_to` under [{user_id}] in users.toml"
        raise ReportError(f"set BIO_MAIL_FROM and {of_user}")
    refused = send(message_of(lake, user_id, day), settings.smtp_url)
    said = f"sent to {', '.join(recipient for recipient in recipients if recipient not in refused)}"
    return f"{said}; refused: {refused_text(refused)}" if refused else said


def _put(lake: Lakehouse, target: str, key: str, page: bytes) -> str:
    """Where the page is now."""
    store = lake.store_at(target)
    place = place_of(store, key)
    try:
        store.publish(key, page, PAGE_TYPE)
    except OSError as error:
        raise ReportError(f"{place} cannot be written: {error.strerror}") from error
    except LandingError as error:
        raise ReportError(f"{place} cannot be written: {error}") from error
    return place
