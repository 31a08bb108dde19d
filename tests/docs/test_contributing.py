"""The recipes of CONTRIBUTING.md are about files and make targets that exist."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[2]
TEXT: Final = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
MAKEFILE: Final = (ROOT / "Makefile").read_text(encoding="utf-8")
TARGETS: Final = set(re.findall(r"^([a-z][a-z-]*):", MAKEFILE, re.MULTILINE))
VARIABLES: Final = set(re.findall(r"\$\((?:if |or )?(?:\$\()?([A-Z_]+)\b", MAKEFILE))
RECIPES: Final = dict(re.findall(r"^## (An? [^\n]+)\n(.*?)(?=^## |\Z)", TEXT, re.MULTILINE | re.DOTALL))

PATHS: Final = sorted(
    {
        quoted
        for quoted in re.findall(r"`([^`\s]+)`", TEXT)
        if re.fullmatch(r"[\w./<>*-]+(?:/|\.(?:py|ya?ml|md|jsonl?|in|txt))|Makefile", quoted)
    }
)
COMMANDS: Final = sorted(
    {line.partition("#")[0].strip() for line in re.findall(r"(?:`|^)(make [a-z][^`\n]*)", TEXT, re.MULTILINE)}
)


def test_there_is_a_recipe_for_each_kind() -> None:
    assert list(RECIPES) == [
        "A setting",
        "A component",
        "A control",
        "A price",
        "A stack file",
        "An operator's command",
        "A table of data",
    ]
    for name, steps in RECIPES.items():
        numbers = re.findall(r"^([0-9])\. ", steps, re.MULTILINE)
        assert numbers == [str(number) for number in range(1, len(numbers) + 1)], name
        assert len(numbers) > 2, name
        assert re.search(r"^Run: .*\bmake ", steps, re.MULTILINE), name
        assert "make lint types test" in steps, name


@pytest.mark.parametrize("path", PATHS)
def test_a_file_exists(path: str) -> None:
    """A placeholder such as `<part>` stands for any name: at least one file has that form."""
    assert any(ROOT.glob(re.sub(r"<[a-z]+>", "*", path.rstrip("/"))))


@pytest.mark.parametrize("command", COMMANDS)
def test_a_make_target_exists(command: str) -> None:
    words = command.split()[1:]
    assert {word for word in words if "=" not in word} <= TARGETS
    assert {word.partition("=")[0] for word in words if "=" in word} <= VARIABLES


def test_there_is_something_to_test() -> None:
    assert len(PATHS) > 40
    assert len(COMMANDS) > 10
