"""A rule that was just begun is whole: it judges, its samples hold, and only the words are left to write."""

import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from policy import scaffold

ROOT = Path(__file__).resolve().parents[2]
FITTING = {"control": "key-aliased", "token": "aws:kms/alias:Alias", "prop": "targetKeyId", "module": "encryption_key"}


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    for folder in ("policy", "tests/policy"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def run_tests(copy: Path, *names: str) -> subprocess.CompletedProcess[str]:
    command: Sequence[str] = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "--import-mode=importlib",
        *names,
    ]
    return subprocess.run(command, cwd=copy, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("module", ["encryption_key", "own_rules"])
def test_a_begun_rule_passes_its_own_samples(copy: Path, module: str) -> None:
    written = scaffold.scaffold(copy, **{**FITTING, "module": module})
    assert all("key-aliased" in path.read_text() for path in written)
    done = run_tests(copy, "tests/policy/test_cases.py", "-k", "key-aliased")
    assert done.returncode == 0, done.stdout
    assert "7 passed" in done.stdout


def test_the_words_are_asked_for(copy: Path) -> None:
    scaffold.scaffold(copy, **FITTING)
    done = run_tests(copy, "tests/policy/test_pack.py", "-k", "says_why")
    assert done.returncode == 1
    assert "key-aliased" in done.stdout


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"control": "Aliased"}, "ID: 'Aliased' is not words joined by hyphens"),
        ({"control": "database-multi-az"}, "ID: database-multi-az exists"),
        ({"token": "kms.Alias"}, "TYPE: 'kms.Alias' is not a resource type"),
        ({"prop": "target_key_id"}, "PROPERTY: 'target_key_id' is not a property in camel case"),
        ({"module": "../keys"}, "MODULE: '../keys' is not a module's name"),
    ],
)
def test_nonsense_is_refused_and_nothing_written(copy: Path, change: dict[str, str], said: str) -> None:
    before = (copy / "policy" / "rules" / "encryption_key.py").read_text()
    with pytest.raises(ValueError, match=said.replace(".", r"\.")):
        scaffold.scaffold(copy, **{**FITTING, **change})
    assert (copy / "policy" / "rules" / "encryption_key.py").read_text() == before
