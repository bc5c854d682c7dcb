"""How each vendor can be connected from here: what is set, who has signed in, and what to do
next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from bio_lakehouse.lake.fetching import oura_token_stores, peloton_profiles, why_no_peloton_extra
from bio_lakehouse.settings import Settings
from bio_lakehouse.sources.oura.connection import APPLICATIONS_PAGE
from bio_lakehouse.sources.peloton.download import keeps_login

Vendor = Literal["oura", "peloton"]


@dataclass(frozen=True, slots=True)
class Connection:
    """How one person stands with a vendor: `missing` says what to set up first, empty where nothing
    is missing."""

    vendor: Vendor
    title: str
    is_signed_in: bool
    missing: str


def connections(settings: Settings, user_id: str) -> tuple[Connection, Connection]:
    """Oura's and Peloton's, of one person."""
    return oura(settings, user_id), peloton(settings, user_id)


def oura(settings: Settings, user_id: str) -> Connection:
    is_set = bool(settings.oura_client_id and settings.oura_client_secret.get_secret_value())
    missing = (
        ""
        if is_set
        else (
            f"Register an application at {APPLICATIONS_PAGE} with the redirect address "
            f"`{settings.oura_redirect_uri}`, write its `BIO_OURA_CLIENT_ID` and "
            f"`BIO_OURA_CLIENT_SECRET` into `{settings.home / '.env'}`, and start the app again."
        )
    )
    signed_in = is_set and has_oura_tokens(settings, user_id)
    return Connection("oura", "Oura", signed_in, missing)


def has_oura_tokens(settings: Settings, user_id: str) -> bool:
    """Whether the person has signed in. A store on the network is asked only by the fetch: there
    they may have."""
    stores = oura_token_stores(settings)
    return stores.is_remote or stores.of(user_id).load() is not None


def peloton(settings: Settings, user_id: str) -> Connection:
    signed_in = keeps_login(peloton_profiles(settings) / user_id)
    return Connection("peloton", "Peloton", signed_in, why_no_peloton_extra() or "")
