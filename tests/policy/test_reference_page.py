"""The page of all controls: fresh, complete, and with headings that fit a list."""

import re

from policy import reference
from policy.excluded import EXCLUDED
from policy.rules import CONTROLS, MODULES


def test_the_page_is_fresh() -> None:
    assert reference.FILE.read_text(encoding="utf-8") == reference.text(), "run: make policies"


def test_every_control_is_on_the_page_with_its_reason() -> None:
    page = reference.text()
    for control in CONTROLS:
        assert f"### {control.name}\n" in page
        assert f"- Why: {control.why}\n" in page
    for item in EXCLUDED:
        assert f"| {item.title} |" in page


def test_headings_are_short_and_links_lead_to_them() -> None:
    page = reference.text()
    headings = [(module.__doc__ or "").partition(":")[0] for module in MODULES]
    assert all(3 <= len(heading) <= 32 and "." not in heading for heading in headings), headings
    anchors = {
        re.sub(r"[^a-z0-9_ -]", "", line.lower()).strip().replace(" ", "-")
        for line in re.findall(r"^#+ (.*)$", page, re.MULTILINE)
    }
    assert set(re.findall(r"\]\(#([^)]*)\)", page)) <= anchors


def test_left_out_rows_say_why() -> None:
    assert all(len(item.why) > 20 for item in EXCLUDED)
