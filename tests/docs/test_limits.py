"""The pages about what there is not, and why it is so, are held against the settings: no row denies what one of them does."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final, get_args

import pytest

from settings import schema_lookup
from settings.model import OPTIONAL_SECTIONS, Settings

ROOT: Final = Path(__file__).parents[2]
PAGES: Final = (
    "README.md",
    "docs/limits.md",
    "docs/design.md",
    "docs/database.md",
    "docs/secrets.md",
    "docs/security.md",
)
SECTIONS: Final = {name for name, _ in schema_lookup.fields(Settings)}

DENIED: Final = {
    "going back to a backup by a setting": "a new database can be made from it",
    "Redis without TLS": "both have TLS, and a token or users",
}
"""What rows begin with that name a part or a kind of it, and are true: what of it there is."""


def rows() -> Iterator[tuple[str, str]]:
    page = (ROOT / "docs" / "limits.md").read_text(encoding="utf-8")
    for line in page.splitlines():
        if line.startswith("| ") and line != "| not here | instead |":
            denied, instead = (cell.strip() for cell in line.strip("| ").split(" | ", 1))
            yield denied, instead


def kinds() -> set[str]:
    """Return the words for parts that a stack may have, and for the engines of database and cache."""
    words = {*OPTIONAL_SECTIONS, "jobs", "queues", "volumes"}
    for section in ("database", "cache"):
        field = schema_lookup.field_at([section, "engine"])
        assert field is not None
        words |= {word for engine in get_args(field.annotation) for word in str(engine).split("-")}
    return {word.lower() for word in words}


def test_no_row_denies_a_part_that_is_there() -> None:
    known = kinds()
    assert {"jobs", "aurora", "telemetry", "valkey"} <= known
    wrong = {}
    for denied, _ in rows():
        # What is in backticks says what of a part there is not.
        words = {word.lower() for word in re.findall(r"[A-Za-z]+", re.sub(r"`[^`]*`", "", denied))}
        if not denied.startswith(tuple(DENIED)) and (found := words & (known - MEANS_OTHERWISE)):
            wrong[denied] = sorted(found)
    assert not wrong


MEANS_OTHERWISE: Final = {"domain", "shared", "sharing", "extension", "cdn", "backup", "media"}
"""Names of parts that are words of the language, or stand for what it is about: a CDN in front, a shared balancer."""


@pytest.mark.parametrize("page", PAGES)
def test_settings_that_are_named_exist(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    unknown = [name for name in sorted(set(named(text))) if not exists(name)]
    assert not unknown


def named(text: str) -> Iterator[str]:
    """Yield the settings that a page names by their place, such as `slipway:logs.keyArn` or `media.replicate`."""
    for code in re.findall(r"`([^`\n]+)`", text):
        place = re.match(r"(?:slipway:)?([a-z][A-Za-z]*(?:\.[A-Za-z*<>-]+)+)(?=$|[: ,{])", code)
        if place and place[1].partition(".")[0] in SECTIONS and "/" not in code:
            yield place[1]


def exists(name: str) -> bool:
    return schema_lookup.annotation_at(name.split(".")) is not None


def test_a_setting_that_is_gone_is_found() -> None:
    assert [*named("`media.replicate`, `slipway:services.*.sidecars`, `settings.load()`, `database.password`")] == [
        "media.replicate", "services.*.sidecars", "database.password"
    ]  # fmt: skip
    assert exists("services.*.protocol")
    assert not exists("media.copyTo")
