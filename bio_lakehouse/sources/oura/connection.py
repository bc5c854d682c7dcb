"""What it takes to reach Oura: the application's credentials, addresses, and how patient to be."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import SplitResult, urlsplit

import httpx
from pydantic import SecretStr

from bio_lakehouse.errors import SettingsError

LOOPBACK_HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})
APPLICATIONS_PAGE = "https://developer.ouraring.com/applications"


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How long to wait, in seconds, and how often to try one request.

    `longest_wait_seconds` bounds what a `Retry-After` may ask for: Oura counts requests over 5
    minutes.
    """

    connect_seconds: float = 10
    read_seconds: float = 30
    total_seconds: float = 120
    attempts: int = 5
    longest_wait_seconds: float = 330


@dataclass(frozen=True, slots=True)
class OuraConnection:
    """One Oura API application, as registered at developer.ouraring.com.

    `token_urls` are tried in this order; applications of the new portal are known at the first
    only, and a refused attempt there does not spend the code of an older one. `redirect_uri` must
    stand in the application's settings letter for letter. Empty `scopes` ask the person for all
    that there are. `spo2Daily` is `spo2` since specification 1.40; both are asked for, as Oura
    drops a name that it does not know without a word.

    Raises `SettingsError` when credentials are missing, an address cannot be read or is not https
    (loopback may be http), or the redirect address is not plain http on loopback.
    """

    client_id: str
    client_secret: SecretStr
    api_url: str = "https://api.ouraring.com"
    authorize_url: str = "https://cloud.ouraring.com/oauth/authorize"
    token_urls: tuple[str, ...] = (
        "https://moi.ouraring.com/oauth/v2/ext/oauth-token",
        "https://api.ouraring.com/oauth/token",
    )
    redirect_uri: str = "http://localhost:8912/callback"
    scopes: tuple[str, ...] = ("daily", "heartrate", "spo2", "spo2Daily")
    sandbox: bool = False
    retry_policy: RetryPolicy = field(default_factory=RetryPolicy)

    def __post_init__(self) -> None:
        if not (self.client_id and self.client_secret.get_secret_value()):
            raise SettingsError(
                "BIO_OURA_CLIENT_ID and BIO_OURA_CLIENT_SECRET are not both set: register an "
                f"application at {APPLICATIONS_PAGE} with the redirect address "
                f"{self.redirect_uri}, then set both."
            )
        if not self.token_urls:
            raise SettingsError("BIO_OURA_TOKEN_URLS is empty: name at least one token address.")
        require_safe("BIO_OURA_API_URL", self.api_url)
        require_safe("BIO_OURA_AUTHORIZE_URL", self.authorize_url)
        for address in self.token_urls:
            require_safe("BIO_OURA_TOKEN_URLS", address)
        redirect = _address("BIO_OURA_REDIRECT_URI", self.redirect_uri)
        if redirect.scheme != "http" or redirect.hostname not in LOOPBACK_HOSTS:
            raise SettingsError(
                f"BIO_OURA_REDIRECT_URI {self.redirect_uri} is not on this machine: use "
                "http://localhost:<port>/<path>."
            )


def _address(setting: str, text: str) -> SplitResult:
    try:
        httpx.URL(text)
        address = urlsplit(text)
        if address.port == 0:
            raise ValueError("port 0")
    except (ValueError, httpx.InvalidURL):
        raise SettingsError(f"{setting}: {text!r} cannot be read as an address.") from None
    return address


def require_safe(setting: str, text: str) -> None:
    address = _address(setting, text)
    on_loopback = address.scheme == "http" and address.hostname in LOOPBACK_HOSTS
    if not on_loopback and not (address.scheme == "https" and address.hostname):
        raise SettingsError(
            f"{setting}: {text} is not https: nothing is told or asked over an open line."
        )
