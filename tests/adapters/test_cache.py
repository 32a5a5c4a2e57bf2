"""Documents kept on disk: no more than they may take, none that is half, and none that cannot be sent."""

import os
import threading
import time

import pytest

from gaissa_web.adapters.cache import ABANDONED_AFTER_S, FOLDERS, UNFINISHED, DocumentCache

KEY = "ab" + "0" * 62


def taken(folder):
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def test_a_document_is_rendered_once(tmp_path):
    cache = DocumentCache(tmp_path, 10**9)
    assert cache.get(KEY, "pdf", lambda: b"first") == b"first"
    assert cache.get(KEY, "pdf", lambda: b"second") == b"first"
    assert cache.get(KEY, "png", lambda: b"third") == b"third"


def test_all_documents_together_take_no_more_than_they_may(tmp_path):
    cache = DocumentCache(tmp_path, FOLDERS * 1_000)
    for n in range(2_000):
        cache.get(f"{n * 7919:064x}"[::-1], "pdf", lambda: b"x" * 300)
    assert 0 < taken(tmp_path) <= FOLDERS * 1_000


def test_what_was_not_asked_for_the_longest_goes_first(tmp_path):
    cache = DocumentCache(tmp_path, FOLDERS * 1_000)
    keys = [KEY[:-1] + str(n) for n in range(4)]
    for age, key in zip((400, 300, 200), keys, strict=False):
        cache.get(key, "pdf", lambda: b"x" * 300)
        os.utime(tmp_path / "ab" / f"{key}.pdf", (0, time.time() - age))
    cache.get(keys[0], "pdf", lambda: b"?")
    cache.get(keys[3], "pdf", lambda: b"x" * 300)
    assert sorted(path.stem for path in (tmp_path / "ab").iterdir()) == sorted([keys[0], keys[2], keys[3]])


def test_a_document_larger_than_its_share_is_sent_and_not_kept(tmp_path):
    cache = DocumentCache(tmp_path, FOLDERS * 1_000)
    assert cache.get(KEY, "pdf", lambda: b"x" * 2_000) == b"x" * 2_000
    assert taken(tmp_path) == 0


def test_what_was_left_half_written_is_cleaned_away(tmp_path):
    cache = DocumentCache(tmp_path, 10**9)
    cache.get(KEY, "pdf", lambda: b"x")
    for name, age in (("old", ABANDONED_AFTER_S + 10), ("new", 1)):
        left = tmp_path / "ab" / f"{UNFINISHED}{name}"
        left.write_bytes(b"half")
        os.utime(left, (0, time.time() - age))
    cache.get(KEY[:-1] + "1", "pdf", lambda: b"y")
    left = sorted(path.name for path in (tmp_path / "ab").iterdir() if path.name.startswith(UNFINISHED))
    assert left == [f"{UNFINISHED}new"]


@pytest.mark.parametrize("trouble", ["file", "full"])
def test_a_document_that_cannot_be_kept_is_sent_all_the_same(tmp_path, monkeypatch, caplog, trouble):
    if trouble == "file":
        (tmp_path / "documents").write_text("in the way")
    else:
        monkeypatch.setattr(os, "replace", refuse)
    cache = DocumentCache(tmp_path / "documents", 10**9)
    assert cache.get(KEY, "pdf", lambda: b"sent") == b"sent"
    assert "could not be kept" in caplog.text
    if trouble == "full":
        assert taken(tmp_path) == 0


def refuse(*_paths):
    raise OSError(28, "No space left on device")


def test_many_at_once_see_whole_documents_only(tmp_path):
    cache = DocumentCache(tmp_path, FOLDERS * 3_000)
    wrong = []

    def read(number):
        for n in range(60):
            key = KEY[:-2] + f"{(n + number) % 12:02}"
            if cache.get(key, "pdf", lambda: b"x" * 1_000) != b"x" * 1_000:
                wrong.append(key)

    threads = [threading.Thread(target=read, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    assert taken(tmp_path) <= 10_000
