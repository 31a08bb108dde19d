"""Shipped stack files are in the form of the Pulumi CLI: the first `stack init` or `config set` changes nothing else in them."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.settings.cli_form import written
from tests.settings.files import ROOT, SHIPPED

RECORDED = json.loads((Path(__file__).parent / "data" / "cli-form.json").read_text(encoding="utf-8"))["cases"]


@pytest.mark.parametrize(("before", "after"), RECORDED)
def test_the_form_is_the_recorded_one(before: str, after: str) -> None:
    assert written(before) == after
    assert written(after) == after


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_shipped_file_is_in_that_form(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert written(text) == text


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: str(path.relative_to(ROOT)))
def test_comments_stand_on_lines_of_their_own(path: Path) -> None:
    """Behind a value the CLI may move them to another one when it writes the file."""
    for line in path.read_text(encoding="utf-8").splitlines():
        assert not re.search(r"\S\s+# ", re.sub(r"'[^']*'|\"[^\"]*\"", "", line)) or line.lstrip().startswith("#"), line


def test_what_is_still_the_samples_is_marked() -> None:
    """Whoever goes through the marks leaves nothing in the file that belongs to the sample."""
    lines = (ROOT / "Pulumi.prod.yaml").read_text(encoding="utf-8").splitlines()
    outer = ""
    for number, line in enumerate(lines):
        if re.match(r"  [a-z]", line):
            outer = lines[number - 1]
        if line.lstrip().startswith("#"):
            continue
        if re.search(r"example\.com|octo-org|/KEY/|[zZ]0123456789", line):
            assert "(yours)" in lines[number - 1] or "(yours)" in outer, line
