"""Landing: what arrived stays as it arrived, whoever's it is, alone or inside a zip."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from bio_lakehouse.errors import LandingError, StoreError, UnsupportedFile
from bio_lakehouse.lake import landing
from bio_lakehouse.lake.landing import Note
from bio_lakehouse.lake.objects import FolderStore
from bio_lakehouse.sources.records import FetchNote

FETCH = FetchNote(
    datetime(2026, 3, 1, 9, tzinfo=UTC), "daily_sleep", date(2026, 2, 22), date(2026, 3, 1)
)


@pytest.fixture
def objects(tmp_path: Path) -> FolderStore:
    return FolderStore(tmp_path)


def zipped(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def test_a_name_that_is_taken_never_overwrites(objects: FolderStore) -> None:
    first = landing.put(objects, "me", "workouts.csv", b"one")
    second = landing.put(objects, "me", "workouts.csv", b"two")
    assert first == "landing/me/workouts.csv"
    assert second != first
    assert (objects.get(first), objects.get(second)) == (b"one", b"two")
    assert landing.put(objects, "me", "workouts.csv", b"one") == first
    assert landing.put(objects, "me", "workouts.csv", b"two") == second


def test_a_note_stands_beside_its_file_and_is_no_file_itself(objects: FolderStore) -> None:
    key = landing.put(objects, "me", "sleep.json", b"{}", Note("daily_sleep", FETCH))
    assert landing.read_note(objects, key) == Note("daily_sleep", FETCH)
    assert [info.key for info in landing.survey(objects)[0]] == [key]


def test_the_same_answer_fetched_later_lands_beside_the_first(objects: FolderStore) -> None:
    later = FetchNote(
        datetime(2026, 3, 2, 9, tzinfo=UTC), "daily_sleep", date(2026, 2, 22), date(2026, 3, 1)
    )
    keys = {
        landing.put(objects, "me", "sleep.json", b"{}", Note(None, fetch))
        for fetch in (FETCH, later, FETCH)
    }
    assert len(keys) == 2
    checksums = {
        file.checksum
        for info in landing.survey(objects)[0]
        for file in landing.load(objects, info).files()
    }
    assert len(checksums) == 2


def test_the_users_word_on_a_dataset_may_come_later(objects: FolderStore) -> None:
    key = landing.put(objects, "me", "x.json", b"{}")
    assert landing.put(objects, "me", "x.json", b"{}", Note("daily_sleep")) == key
    assert landing.read_note(objects, key).dataset == "daily_sleep"


def test_files_inside_a_zip_are_read_one_by_one(objects: FolderStore) -> None:
    inside = {
        "App/dailysleep.csv": b"a",
        "__MACOSX/._dailysleep.csv": b"x",
        "workouts.csv": b"b",
        "App/": b"",
    }
    key = landing.put(objects, "ann", "export.zip", zipped(inside))
    info = objects.info(key)
    found = {
        file.path: (file.user_id, file.name, file.content)
        for file in landing.load(objects, info).files()
    }
    assert found == {
        f"{key}!/App/dailysleep.csv": ("ann", "dailysleep.csv", b"a"),
        f"{key}!/workouts.csv": ("ann", "workouts.csv", b"b"),
    }
    paths = [f"{key}!/workouts.csv", f"{key}!/gone.csv", "landing/ann/gone.zip!/workouts.csv"]
    assert landing.read_paths(objects, paths) == {paths[0]: (b"b", Note())}
    assert landing.load(objects, info).unpacked_size == 2


def test_a_torn_zip_is_refused_with_its_name(objects: FolderStore) -> None:
    content = bytearray(zipped({"a.csv": b"abcdefgh" * 99}))
    content[40:60] = b"\0" * 20
    key = landing.put(objects, "me", "export.zip", bytes(content))
    with pytest.raises(UnsupportedFile, match=r"landing/me/export.zip: the zip cannot be unpacked"):
        list(landing.load(objects, objects.info(key)).files())


@pytest.mark.parametrize(("key", "user"), [("landing/x.csv", "me"), ("landing/ann/x.csv", "ann")])
def test_the_folder_says_whose_file_it_is(key: str, user: str) -> None:
    assert landing.user_of(key) == user


def test_a_folder_that_is_no_user_id_is_refused() -> None:
    with pytest.raises(UnsupportedFile, match=r"ingest .* --user ann_smith"):
        landing.user_of("landing/Ann Smith/x.csv")


def test_keys_cannot_leave_the_store(objects: FolderStore) -> None:
    for key in ("../x", "/etc/passwd", "landing/../../x", ""):
        with pytest.raises(LandingError):
            objects.get(key)


def test_a_put_that_fails_leaves_nothing(
    objects: FolderStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(self: Path, target: Path) -> None:
        raise OSError(28, "No space left on device")

    objects.put("landing/me/x.csv", b"old")
    monkeypatch.setattr(Path, "replace", broken)
    with pytest.raises(StoreError, match=r"landing/me/x\.csv: the disk is full"):
        objects.put("landing/me/x.csv", b"new")
    assert [path.name for path in (objects.root / "landing/me").iterdir()] == ["x.csv"]
    assert objects.get("landing/me/x.csv") == b"old"


def test_local_files_of_a_folder_leave_hidden_ones_out(tmp_path: Path) -> None:
    for name in ("a.csv", ".hidden", "sub/b.csv", ".git/c.csv"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("x")
    assert list(landing.local_files(tmp_path)) == [tmp_path / "a.csv", tmp_path / "sub/b.csv"]
    with pytest.raises(LandingError, match="does not exist"):
        list(landing.local_files(tmp_path / "nothing"))
