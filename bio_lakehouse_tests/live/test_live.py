"""The lake in an account: `BIO_LIVE=1 pytest bio_lakehouse_tests/live`, with the settings that
`bio-lakehouse deploy` printed and keys of AWS. `BIO_LIVE_PREFIX` says another beginning of names.
"""

from __future__ import annotations

import os

import pytest

from bio_lakehouse.settings import load_settings
from bio_lakehouse_tests.live import live_checks
from bio_lakehouse_tests.live.live_checks import Account

pytestmark = pytest.mark.skipif(
    os.environ.get("BIO_LIVE") != "1", reason="asks an account of AWS: BIO_LIVE=1"
)


@pytest.fixture(scope="module")
def account() -> Account:
    found = Account(load_settings(), os.environ.get("BIO_LIVE_PREFIX", "bio-lakehouse"))
    assert found.settings.profile == "aws", "BIO_ENV is not aws: use what `deploy` printed"
    return found


@pytest.fixture(scope="module")
def with_oura(account: Account) -> Account:
    if account.stack("oura-ingest") is None:
        pytest.skip("the stack oura-ingest is not deployed")
    return account


def test_the_lambda_is_deployed(account: Account) -> None:
    live_checks.check_function(account, "ingestion-trigger")
    live_checks.check_queue_feeds_the_function(account)


def test_the_lambda_runs(account: Account) -> None:
    live_checks.check_invocation(account)


def test_a_file_that_lands_has_its_row(account: Account) -> None:
    live_checks.check_file_and_row(account)


def test_oura_is_asked_by_a_schedule(with_oura: Account) -> None:
    live_checks.check_function(with_oura, "oura-ingest")
    live_checks.check_schedule(with_oura)
    live_checks.check_parameter(with_oura)
