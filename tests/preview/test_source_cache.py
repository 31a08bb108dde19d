from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import CodeType

import pytest

from preview import source_cache
from preview.source_cache import SourceCache, Texts

Sources = Callable[[str], Path]


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the cache's file; there is none yet."""
    monkeypatch.setattr(source_cache, "folder", lambda: tmp_path / "cache")
    return tmp_path / "cache" / f"test.3.{sys.implementation.cache_tag}.bin"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "module.py"
    path.write_text("value = 1\n")
    return path


def made(source: Path, part: str = "whole", value: str = "new") -> str:
    """Ask a cache of its own, as another run would; `value` is what it makes if it knows nothing."""
    cache = SourceCache("test")
    found = cache.of(source).get(part, lambda: value)
    cache.save()
    return found


def test_the_next_run_finds_what_was_made(kept: Path, source: Path) -> None:
    assert made(source, value="first") == "first"
    assert made(source, value="second") == "first"
    assert [path.name for path in kept.parent.iterdir()] == [kept.name], "nothing temporary is left"


def test_another_file_is_another_matter(kept: Path, source: Path) -> None:
    assert made(source, value="old") == "old"
    source.write_text("value = 22\n")
    assert made(source) == "new"
    state = source.stat()
    os.utime(source, ns=(state.st_atime_ns, state.st_mtime_ns + 1))
    assert made(source, value="newest") == "newest"
    assert kept.exists()


def test_what_is_gone_is_kept_no_longer(kept: Path, source: Path) -> None:
    gone = source.with_name("gone.py")
    gone.write_text("value = 0\n")
    made(gone)
    assert str(gone).encode() in kept.read_bytes()
    gone.unlink()
    made(source)
    written = kept.read_bytes()
    assert str(source).encode() in written
    assert str(gone).encode() not in written


@pytest.mark.usefixtures("kept")
def test_runs_at_the_same_time_keep_each_others_parts(source: Path) -> None:
    one, other = SourceCache("test"), SourceCache("test")
    one.of(source).get("one", lambda: "first")
    other.of(source).get("other", lambda: "second")
    one.save()
    other.save()
    assert made(source, "one") == "first"
    assert made(source, "other") == "second"


@pytest.mark.parametrize(
    "damaged",
    [
        lambda content: content[:0],
        lambda content: content[: len(content) // 2],
        lambda content: content[:-1] + bytes([content[-1] ^ 1]),
        lambda content: b"another" + content[7:],
        lambda content: b"\x00" * len(content),
    ],
    ids=["empty", "cut", "one bit", "another format", "zeros"],
)
def test_a_damaged_file_is_written_anew(damaged: Callable[[bytes], bytes], kept: Path, source: Path) -> None:
    made(source, value="old")
    kept.write_bytes(damaged(kept.read_bytes()))
    assert made(source) == "new"
    assert made(source, value="newest") == "new"


def test_a_deleted_file_is_written_anew(kept: Path, source: Path) -> None:
    made(source, value="old")
    kept.unlink()
    assert made(source) == "new"
    assert kept.exists()


def test_where_nothing_may_be_written_nothing_is_kept(kept: Path, source: Path) -> None:
    kept.parent.write_text("a file where the folder would be")
    assert made(source, value="old") == "old"
    assert made(source) == "new"


def test_many_runs_at_once_leave_a_whole_file(tmp_path: Path, kept: Path, source: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from preview import source_cache\n"
        "source_cache.folder = lambda: Path(sys.argv[1])\n"
        "for turn in range(20):\n"
        "    cache = source_cache.SourceCache('test')\n"
        "    assert cache.of(Path(sys.argv[2])).get('shared', lambda: 'same') == 'same'\n"
        "    cache.of(Path(sys.argv[2])).get(f'{sys.argv[3]} {turn}', lambda: 'x' * 10_000)\n"
        "    cache.save()\n"
    )
    command = [sys.executable, "-c", script, str(kept.parent), str(source)]
    root = Path(__file__).parents[2]
    runs = [subprocess.Popen([*command, str(number)], cwd=root) for number in range(3)]
    assert [run.wait() for run in runs] == [0, 0, 0]
    assert made(source, "shared") == "same"
    assert tmp_path in kept.parents


def test_it_lies_in_the_environment_else_in_the_users_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "prefix", str(tmp_path / ".venv"))
    assert source_cache.folder() == tmp_path / ".venv" / "cache"
    monkeypatch.setattr(sys, "prefix", sys.base_prefix)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert source_cache.folder() == tmp_path / "slipway"


def code(value: int) -> CodeType:
    return compile(f"made = {value}", "<string>", "exec")


def test_texts_are_compiled_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(source_cache, "folder", lambda: tmp_path)
    first = Texts("texts")
    assert first.code("exec", "a", lambda: code(1)) == code(1)
    first.save()
    second = Texts("texts")
    assert second.code("exec", "a", lambda: pytest.fail("is known")) == code(1)
    assert second.code("eval", "a", lambda: code(2)) == code(2)
    second.save()
    assert Texts("texts").code("eval", "a", lambda: pytest.fail("is known")) == code(2)


def test_texts_of_runs_at_the_same_time_are_all_kept_and_a_damaged_file_counts_as_none(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(source_cache, "folder", lambda: tmp_path)
    one, other = Texts("texts"), Texts("texts")
    one.code("exec", "a", lambda: code(1))
    other.code("exec", "b", lambda: code(2))
    one.save()
    other.save()
    both = Texts("texts")
    assert both.code("exec", "a", lambda: pytest.fail("is known")) == code(1)
    assert both.code("exec", "b", lambda: pytest.fail("is known")) == code(2)
    (kept,) = tmp_path.iterdir()
    kept.write_bytes(kept.read_bytes()[:-1] + b"?")
    damaged = Texts("texts")
    assert damaged.code("exec", "b", lambda: code(3)) == code(3)
    assert damaged.code("exec", "a", lambda: pytest.fail("is whole")) == code(1)
    damaged.save()
    assert Texts("texts").code("exec", "b", lambda: pytest.fail("is known")) == code(3)


def test_texts_that_nobody_uses_any_more_go_when_there_are_too_many(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(source_cache, "folder", lambda: tmp_path)
    monkeypatch.setattr(Texts, "_MOST", 2)
    for text in ("a", "b", "c"):
        texts = Texts("texts")
        texts.code("exec", text, lambda: code(1))
        texts.save()
    left = Texts("texts")
    assert left.code("exec", "c", lambda: pytest.fail("is known")) == code(1)
    assert left.code("exec", "a", lambda: code(4)) == code(4)
