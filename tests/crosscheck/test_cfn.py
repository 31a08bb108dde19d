"""Which resources cfn-lint is asked about, and what it says is read."""

import json
import sys
from pathlib import Path

import pytest

from crosscheck import cfn
from tests.stacks import NAMES, recorded

MAPPED = set(json.loads(cfn.TYPES.read_text(encoding="utf-8")))


@pytest.mark.parametrize("name", NAMES)
def test_each_type_of_a_shipped_stack_is_linted_or_has_a_reason(name: str) -> None:
    made = {
        resource.type for resource in recorded(name).resources if resource.custom and resource.type.startswith("aws:")
    }
    assert made - MAPPED - set(cfn.NOT_LINTED) == set()


def test_no_type_is_both() -> None:
    assert MAPPED & set(cfn.NOT_LINTED) == set()


def test_reasons_are_about_what_shipped_stacks_make() -> None:
    made = {resource.type for name in NAMES for resource in recorded(name).resources}
    assert set(cfn.NOT_LINTED) - made == set()


def test_a_linter_that_breaks_is_no_verdict(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = tmp_path / "python"
    broken.write_text(f"#!{sys.executable}\nimport sys\nsys.exit('out of memory')\n", encoding="utf-8")
    broken.chmod(0o755)
    monkeypatch.setenv(cfn.LINTERS, str(broken))
    with pytest.raises(RuntimeError, match="no verdict: out of memory"):
        cfn.lint([json.dumps(["aws:sns/topic:Topic", {"name": "x"}, "us-east-1"])])
