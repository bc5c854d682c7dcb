"""Tokens are kept privately, replaced atomically, and one process at a time renews them."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from bio_lakehouse.backends import token_stores
from bio_lakehouse.errors import SignInRequired, SourceError
from bio_lakehouse.sources.oura import tokens as tokens_module
from bio_lakehouse.sources.oura.tokens import (
    FileTokenStore,
    ParameterTokenStore,
    Tokens,
)

TOKENS = Tokens(
    "access-secret", "refresh-secret", 1_900_000_000.0, "daily", "https://tokens.example"
)
NEWER = Tokens("newer", "newer", 1_900_000_000.0, "daily", "https://tokens.example")


@pytest.fixture
def ssm(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    with mock_aws():
        yield boto3.client("ssm")


def test_file_holds_the_tokens_for_its_owner_only(tmp_path: Path) -> None:
    store = FileTokenStore(tmp_path / "new" / "oura-me.json")
    assert store.load() is None
    store.save(TOKENS)
    assert store.load() == TOKENS
    assert store.path.stat().st_mode & 0o777 == 0o600
    assert store.path.parent.stat().st_mode & 0o777 == 0o700
    assert [path.name for path in store.path.parent.iterdir()] == ["oura-me.json"]


def test_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    store = FileTokenStore(tmp_path / "oura-me.json")
    store.save(TOKENS)
    store.path.chmod(0o640)
    with pytest.raises(SourceError, match=r"can be read by others \(mode 0640\).* chmod 600"):
        store.load()


def test_file_that_others_could_read_is_private_again_after_signing_in(tmp_path: Path) -> None:
    store = FileTokenStore(tmp_path / "oura-me.json")
    store.path.write_text("{}")
    store.path.chmod(0o644)
    with store.lock():
        store.save(TOKENS)
    assert store.path.stat().st_mode & 0o777 == 0o600
    assert store.load() == TOKENS


@pytest.mark.parametrize("content", [b"", b"null", b"[1]", b"\xff\xfe\x00"])
def test_file_without_tokens_asks_to_sign_in(content: bytes, tmp_path: Path) -> None:
    store = FileTokenStore(tmp_path / "oura-me.json")
    store.save(TOKENS)
    store.path.write_bytes(content)
    with pytest.raises(SignInRequired, match="does not hold Oura tokens"):
        store.load()


def test_damaged_file_asks_to_sign_in(tmp_path: Path) -> None:
    store = FileTokenStore(tmp_path / "oura-me.json")
    store.save(TOKENS)
    store.path.write_text('{"access_token": "access-secret", "surprise": 1}')
    with pytest.raises(SignInRequired, match="bio-lakehouse oura login") as raised:
        store.load()
    assert "access-secret" not in str(raised.value)


def test_tokens_that_could_not_be_put_in_place_are_by_the_next_who_renews(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = FileTokenStore(tmp_path / "oura-me.json")
    store.save(TOKENS)

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    with store.lock():
        monkeypatch.setattr(os, "fsync", full)
        with pytest.raises(SourceError, match="No space left on device"):
            store.save(NEWER)
    assert store.load() == TOKENS
    with pytest.raises(SourceError, match="No space left on device"), store.lock():
        pytest.fail("a store without room must not let a single-use token be spent")
    monkeypatch.undo()
    with store.lock():
        assert store.load() == NEWER
    assert {path.name for path in tmp_path.iterdir()} <= {"oura-me.json", "oura-me.json.lock"}


def test_lock_of_a_file_that_is_held_too_long_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tokens_module, "LOCK_SECONDS", 0.1)
    holder, other = (
        FileTokenStore(tmp_path / "oura-me.json"),
        FileTokenStore(tmp_path / "oura-me.json"),
    )
    with (
        holder.lock(),
        pytest.raises(SourceError, match=r"has held .*oura-me\.json\.lock"),
        other.lock(),
    ):
        pytest.fail("two holders")
    with other.lock():
        pass


def left_by_a_killed_process(store: FileTokenStore, text: str, time_ns: int) -> Path:
    """What a renewal leaves that was killed before it had put the new tokens in place."""
    draft = store.path.with_name(f".{store.path.name}.1f2e")
    draft.write_text(text.ljust(tokens_module.ROOM))
    draft.chmod(0o600)
    os.utime(draft, ns=(time_ns, time_ns))
    return draft


@pytest.mark.parametrize(
    ("text", "later", "kept", "is_told"),
    [
        (NEWER.to_json(), 1, NEWER, False),
        (NEWER.to_json(), -1, TOKENS, True),
        (NEWER.to_json()[:40], 1, TOKENS, True),
        ("", 1, TOKENS, True),
    ],
)
def test_tokens_that_a_killed_renewal_had_written_are_taken(
    text: str, later: int, kept: Tokens, is_told: bool, tmp_path: Path
) -> None:
    store = FileTokenStore(tmp_path / "oura-me.json")
    store.save(TOKENS)
    draft = left_by_a_killed_process(store, text, store.path.stat().st_mtime_ns + later)
    with store.lock():
        assert store.load() == kept
        assert store.was_interrupted is is_told
    assert not draft.exists()
    assert {path.name for path in tmp_path.iterdir()} <= {"oura-me.json", "oura-me.json.lock"}


def test_room_is_kept_for_tokens_before_one_is_spent(tmp_path: Path) -> None:
    store = FileTokenStore(tmp_path / "oura-me.json")
    with store.lock():
        (reserved,) = tmp_path.glob(".*")
        assert reserved.stat().st_size == tokens_module.ROOM
        store.save(TOKENS)
        assert store.path.stat().st_size == tokens_module.ROOM
    assert store.load() == TOKENS


def test_repr_shows_no_token() -> None:
    assert "secret" not in repr(TOKENS)


def test_parameter_is_a_secure_string(ssm: Any) -> None:
    store = ParameterTokenStore("/lake/oura/me", ssm)
    assert store.load() is None
    store.save(Tokens("first", "first"))
    store.save(TOKENS)
    assert store.load() == TOKENS
    parameter = ssm.get_parameter(Name="/lake/oura/me", WithDecryption=False)["Parameter"]
    assert parameter["Type"] == "SecureString"
    assert "access-secret" not in parameter["Value"][:14]


def test_lease_lets_one_in_at_a_time(ssm: Any) -> None:
    inside, most = 0, 0

    def work() -> None:
        nonlocal inside, most
        with ParameterTokenStore(
            "/lake/oura/me", ssm, sleep=lambda seconds: time.sleep(0.01)
        ).lock():
            inside += 1
            most = max(most, inside)
            time.sleep(0.02)
            inside -= 1

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 1
    assert ssm.describe_parameters()["Parameters"] == []


def test_lease_of_a_dead_process_is_taken_over(ssm: Any) -> None:
    ssm.put_parameter(Name="/lake/oura/me-lease", Value=str(time.time() - 1), Type="SecureString")
    with ParameterTokenStore("/lake/oura/me", ssm, sleep=lambda seconds: None).lock():
        lease = ssm.get_parameter(Name="/lake/oura/me-lease", WithDecryption=True)["Parameter"]
        assert float(lease["Value"]) > time.time()
        assert lease["Type"] == "SecureString"
    assert ssm.describe_parameters()["Parameters"] == []


def test_lease_of_a_dead_process_goes_to_the_first_who_overwrites_it(ssm: Any) -> None:
    ssm.put_parameter(Name="/lake/oura/me-lease", Value=str(time.time() - 1), Type="SecureString")
    waits: list[float] = []

    class Overtaken:
        """SSM, but whoever reads the lease is overtaken by another process before it can take it
        over."""

        def get_parameter(self, **request: Any) -> Any:
            answer = ssm.get_parameter(**request)
            if not waits:
                other = str(time.time() + 900)
                ssm.put_parameter(
                    Name=request["Name"], Value=other, Type="SecureString", Overwrite=True
                )
            return answer

        def __getattr__(self, name: str) -> Any:
            return getattr(ssm, name)

    def wait(seconds: float) -> None:
        waits.append(seconds)
        ssm.delete_parameters(Names=["/lake/oura/me-lease"])

    with ParameterTokenStore("/lake/oura/me", Overtaken(), sleep=wait).lock():
        assert len(waits) == 1


def test_lease_that_has_expired_meanwhile_is_left_to_its_next_holder(
    ssm: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tokens_module, "LEASE_SECONDS", 0.0)
    with ParameterTokenStore("/lake/oura/me", ssm).lock():
        pass
    assert [found["Name"] for found in ssm.describe_parameters()["Parameters"]] == [
        "/lake/oura/me-lease"
    ]


def test_refused_parameter_says_what_to_check(ssm: Any) -> None:
    store = ParameterTokenStore("aws/reserved", ssm)
    with pytest.raises(
        SourceError, match=r"SSM parameter aws/reserved cannot be written .* KMS key"
    ):
        store.save(TOKENS)


@pytest.mark.parametrize("address", ["ssm:/lake/oura", "ssm:/lake/oura/", "ssm:lake/oura"])
def test_address_chooses_the_store(address: str, ssm: Any, tmp_path: Path) -> None:
    assert token_stores(address, lambda: ssm).of("ada").where == "SSM parameter /lake/oura/ada"
    assert token_stores(tmp_path, lambda: ssm).of("ada").where == str(tmp_path / "oura-ada.json")


@pytest.mark.parametrize("kind", ["folder", "ssm"])
def test_who_has_tokens_has_signed_in(kind: str, ssm: Any, tmp_path: Path) -> None:
    address = "ssm:/lake/oura" if kind == "ssm" else str(tmp_path / "secrets")
    assert token_stores(address, lambda: ssm).users() == []
    users = [f"user-{number:02}" for number in range(12)]
    for user_id in users:
        token_stores(address, lambda: ssm).of(user_id).save(TOKENS)
    with token_stores(address, lambda: ssm).of("ada").lock():
        assert token_stores(address, lambda: ssm).users() == users


def test_files_of_no_user_are_nobodys_tokens(tmp_path: Path) -> None:
    for name in (
        "oura-me.json",
        "oura-Ada L.json",
        "oura-ben.json.lock",
        ".oura-ben.json.1f2e",
        "peloton.json",
    ):
        (tmp_path / name).write_text("{}")
    assert token_stores(tmp_path, lambda: ssm).users() == ["me"]
