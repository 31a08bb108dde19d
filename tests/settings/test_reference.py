"""The page of all settings: fresh, and complete."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import TypeAdapter

from settings import reference, schema_lookup
from settings.described import sections
from settings.model import Settings
from settings.references import PART_SECRETS, REFERENCES


def test_the_page_is_fresh() -> None:
    assert reference.FILE.read_text(encoding="utf-8") == reference.text(), "run: python -m settings.reference"


def test_every_section_reference_and_secret_is_on_the_page() -> None:
    page = reference.text()
    for name, _ in schema_lookup.fields(Settings):
        assert f"`slipway:{name}" in page or name == "aws"
    for name in REFERENCES:
        assert f"`${{{name}}}`" in page
    for part, keys in PART_SECRETS.items():
        for key in keys:
            assert f"`{part}:{key}`" in page
    assert "`slipway:services.<name>.scaling.steps.cpuPercent`" in page


_LEAF = re.compile(
    r"^\| `(?P<setting>[^`]+)` \| (?!section|sections by name|list of sections)(?P<rest>.*)$", re.MULTILINE
)
"""A line of a setting that is no section, whose own settings have their examples."""


def test_every_setting_has_an_example() -> None:
    page = reference.text().partition("## References")[0]
    without = [line["setting"] for line in _LEAF.finditer(page) if not re.search(r"\b[Ss]uch as \S", line["rest"])]
    assert without == [], "say one in the text under the setting: such as 14"


def test_every_example_of_a_model_is_one_that_it_takes() -> None:
    seen = 0
    for section in sections():
        for name, info in schema_lookup.fields(section):
            if (example := schema_lookup.example(info)) is not None:
                judged: Any = Annotated[info.annotation, "an example", *info.metadata]
                assert TypeAdapter[object](judged).validate_python(example) != info.default, (
                    f"{section.__name__}: {name}"
                )
                seen += 1
    assert seen >= 80


def test_every_setting_has_a_meaning_and_every_link_a_heading() -> None:
    page = reference.text()
    assert not [line for line in page.splitlines() if line.startswith("|") and line.rstrip().endswith("|  |")]
    headings = {
        re.sub(r"[^a-z0-9_ -]", "", h.lower()).strip().replace(" ", "-")
        for h in re.findall(r"^#+ (.*)$", page, re.MULTILINE)
    }
    links = re.findall(r"\]\(#([^)]*)\)", page)
    assert len(links) >= 14
    assert set(links) <= headings
