"""Checks of what a lake reaches beside its data: Spark, vendors, Claude, mail, Dagster."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from bio_lakehouse.ask.translation.leave import leave_to_ask
from bio_lakehouse.claude.access import has_key
from bio_lakehouse.claude.consent import claude_consent
from bio_lakehouse.doctor.verdicts import Check, ok, problem, skipped, warning
from bio_lakehouse.engines.installed_spark import require_jvm
from bio_lakehouse.errors import BioLakehouseError, ReportError, SettingsError
from bio_lakehouse.lake import demo_home, fetching
from bio_lakehouse.reports.mail import PORTS, server_of
from bio_lakehouse.settings import Settings
from bio_lakehouse.sources import installed_browser
from bio_lakehouse.sources.peloton.download import keeps_login
from bio_lakehouse.spark_address import endpoint_of, starts_here

SECONDS = 2.0
"""What a machine has to take a connection."""
POSTGRES_PORT = 5432
MAIL, S3 = "mail", "s3://"


def answers(host: str, port: int) -> str:
    """Why no connection could be made; empty when one could."""
    try:
        socket.create_connection((host, port), SECONDS).close()
    except OSError as error:
        return str(error.strerror or error)
    return ""


def spark(settings: Settings) -> Iterator[Check]:
    remote = settings.spark_remote
    if not remote:
        yield ok("spark", "Sail computes in this program; no Java is needed")
        return
    if starts_here(remote):
        yield _spark_here()
        return
    host, port = endpoint_of(remote)
    reason = answers(host, port)
    if reason:
        step = "start Spark there, correct BIO_SPARK_REMOTE, or unset it to compute here"
        yield problem("spark", f"{host}:{port} does not answer ({reason})", step)
    else:
        yield ok("spark", f"Spark takes connections at {host}:{port}")


def _spark_here() -> Check:
    try:
        require_jvm()
    except SettingsError as error:
        return problem("spark", "Spark cannot be started on this machine", str(error))
    return ok("spark", "Spark is started on this machine's Java when a step needs it")


def claude(settings: Settings) -> Iterator[Check]:
    if settings.local_only:
        yield skipped("claude", "BIO_LOCAL_ONLY keeps all on this machine")
    elif not has_key(settings):
        yield skipped("claude", "no key is set: fixed rules write the reports")
    elif claude_consent(settings.home) is None:
        step = "run `bio-lakehouse claude allow`, or `claude forbid`"
        yield warning("claude", "a key is set, and nobody has said whether it may be used", step)
    else:
        may = "may" if claude_consent(settings.home) else "may not"
        yield ok("claude", f"a key is set, and Claude {may} choose what reports say")


def questions(settings: Settings) -> Iterator[Check]:
    from bio_lakehouse.ask.translation.language_models import candidate

    model = None if settings.local_only else candidate(settings)
    if model is None:
        yield skipped("questions", "they are read on this machine; no model has a key")
        return
    leave = leave_to_ask(settings.home, model.address)
    if leave is None:
        step = "run `bio-lakehouse ask allow`, or `ask forbid`"
        yield warning("questions", f"nobody has said whether {model.name} may read them", step)
    else:
        yield ok("questions", f"{model.name} {'may' if leave else 'may not'} read them")


def oura(settings: Settings) -> Iterator[Check]:
    has_secret = bool(settings.oura_client_secret.get_secret_value())
    if not settings.oura_client_id and not has_secret:
        yield skipped("oura", "no application is set; files can be brought in all the same")
        return
    if not settings.oura_client_id or not has_secret:
        step = "set both BIO_OURA_CLIENT_ID and BIO_OURA_CLIENT_SECRET"
        yield problem("oura", "half of the application is set", step)
        return
    users = fetching.oura_token_stores(settings).users()
    if not users:
        yield warning("oura", "nobody has signed in", "run `bio-lakehouse oura login`")
    for user_id in users:
        yield _login(settings, user_id)


def _login(settings: Settings, user_id: str) -> Check:
    name, store = f"oura, {user_id}", fetching.oura_tokens(settings, user_id)
    tokens = store.load()
    if tokens is None or (tokens.expires_within(0) and not tokens.refresh_token):
        return problem(name, "the login has expired", f"run `{store.sign_in}`")
    lacking = sorted(set(settings.oura_scopes) - tokens.granted) if tokens.granted else []
    if lacking:
        return warning(name, f"{', '.join(lacking)} was not granted", f"run `{store.sign_in}`")
    return ok(name, f"signed in, the tokens are in {store.where}")


def peloton(settings: Settings) -> Iterator[Check]:
    profiles = sorted(fetching.peloton_profiles(settings).glob("*"))
    users = [profile.name for profile in profiles if keeps_login(profile)]
    if not users:
        step = "run `bio-lakehouse peloton login`, if you want it to download"
        yield skipped("peloton", "nobody has signed in; files can be brought in all the same", step)
        return
    yield ok("peloton", f"signed in: {', '.join(users)}")
    yield _browser("browser for Peloton", settings.peloton_browser, "BIO_PELOTON_BROWSER")


def _browser(name: str, wanted: Path | None, setting: str) -> Check:
    try:
        program = installed_browser.find_browser(wanted, setting, ReportError)
    except BioLakehouseError as error:
        return problem(name, str(error), f"install Chrome or Chromium, or set {setting}")
    return ok(name, str(program))


def mail(settings: Settings) -> Iterator[Check]:
    is_wanted = MAIL in settings.report_delivery
    if not settings.smtp_url.get_secret_value():
        step = "set BIO_SMTP_URL, or take `mail` out of BIO_REPORT_DELIVERY"
        said = "no mail server is set"
        yield problem("mail", said, step) if is_wanted else skipped("mail", said)
        return
    server = server_of(settings.smtp_url)
    host, port = server.hostname or "", server.port or PORTS[server.scheme]
    reason = answers(host, port)
    if reason:
        yield problem("mail", f"{host}:{port} does not answer ({reason})", "correct BIO_SMTP_URL")
    elif not settings.mail_from:
        yield problem("mail", "reports have no sender", "set BIO_MAIL_FROM")
    else:
        yield ok("mail", f"{host}:{port} takes connections")
    if is_wanted:
        yield _browser("browser for charts in mail", settings.browser, "BIO_BROWSER")


def delivery(settings: Settings) -> Iterator[Check]:
    folders = [Path(target).expanduser() for target in settings.report_delivery if _is_path(target)]
    for folder in folders:
        place = next(path for path in (folder, *folder.absolute().parents) if path.exists())
        if place.is_dir() and os.access(place, os.W_OK):
            yield ok("delivery", f"{folder} can be written")
        else:
            step = "give yourself the right, or correct BIO_REPORT_DELIVERY"
            yield problem("delivery", f"{folder} cannot be written", step)


def _is_path(target: str) -> bool:
    return target != MAIL and not target.startswith(S3)


def dagster(settings: Settings) -> Iterator[Check]:
    url = settings.dagster_postgres_url.get_secret_value()
    if url:
        yield _postgres(url)
    if demo_home.is_open(settings.home):
        yield ok("dagster", "the UI and its daemon are running over this home")
    else:
        yield warning(
            "dagster",
            "no daemon is running here: nothing is fetched or built by itself",
            "run `bio-lakehouse ui`, or bring things up to date by the commands",
        )


def _postgres(url: str) -> Check:
    name, step = "dagster's database", "start PostgreSQL, or correct BIO_DAGSTER_POSTGRES_URL"
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or POSTGRES_PORT
    except ValueError:
        return problem(name, "BIO_DAGSTER_POSTGRES_URL is no address", step)
    reason = answers(host, port)
    if reason:
        return problem(name, f"{host}:{port} does not answer ({reason})", step)
    return ok(name, f"{host}:{port} takes connections")


REACH_CHECKS = (spark, claude, questions, oura, peloton, mail, delivery, dagster)
