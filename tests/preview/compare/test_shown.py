"""What each format shows of an edit."""

from __future__ import annotations

import json

import pytest

from preview.compare import document, shown
from preview.compare.edit import Edit, settings
from preview.compare.meaning.statement import Situation
from preview.compare.values import MISSING
from preview.graph import Resource
from preview.pricing import estimate
from tests.preview.compare.graphs import BUCKET, DATABASE, LOG_GROUP, REPOSITORY, edit, resource

LIMIT = 60_000


def made(before: list[Resource], after: list[Resource]) -> Edit:
    comparison = edit(before, after)
    situation = Situation(
        comparison=comparison, estimate_before=estimate(comparison.before), estimate_after=estimate(comparison.after)
    )
    changed = tuple(
        settings({"a": {"b": 1, "c": {"secure": "v1:x"}}}, {"a": {"b": 2, "c": {"secure": "v1:y"}}, "d": {"e": 1}})
    )
    return Edit(source="Pulumi.prod.yaml", base="HEAD", comparison=comparison, situation=situation, settings=changed)


@pytest.fixture
def small() -> Edit:
    old = [
        resource(DATABASE, "d", {"identifier": "d", "instanceClass": "db.t4g.medium"}),
        resource(LOG_GROUP, "l", {"name": "/l", "retentionInDays": 60}),
        resource(REPOSITORY, "r", {"name": "shop/r"}),
    ]
    new = [
        resource(DATABASE, "d", {"identifier": "d", "instanceClass": "db.t4g.large"}),
        resource(BUCKET, "b", {"bucket": "b"}),
    ]
    return made(old, new)


def test_plain_begins_with_what_matters(small: Edit) -> None:
    lines = list(shown.plain(small))
    assert lines[0].startswith("shop prod against HEAD: 1 created, 1 updated, 2 deleted; the same cost")
    text = "\n".join(lines)
    assert text.index("DANGER") < text.index("caution") < text.index("Settings") < text.index("  ~ database d")
    assert "      instanceClass: db.t4g.medium -> db.t4g.large" in lines
    assert "  - log group l" in lines
    assert "  + bucket b" in lines
    assert any(line.startswith("Time  about") for line in lines)
    assert "  a.b: 1 -> 2" in lines
    assert "  a.c: [secret] changes, and is not shown" in lines
    assert '  d: + {"e": 1}' in lines


def test_rich_says_the_same(small: Edit) -> None:
    text = shown.rich(small)
    assert "DANGER" in text
    assert "instanceClass: db.t4g.medium -> db.t4g.large" in text


def test_nothing_changes(small: Edit) -> None:
    same = made(list(small.comparison.before.resources), list(small.comparison.before.resources))
    assert "against HEAD: no change; the same cost" in next(iter(shown.plain(same)))
    assert "It means nothing for what runs" in list(shown.plain(same))


def test_markdown_is_one_comment(small: Edit) -> None:
    text = shown.markdown(small)
    assert text.startswith("### shop prod against HEAD")
    assert "🛑 **danger**" in text
    assert text.count("<details") == text.count("</details>")
    assert "```mermaid" in text


@pytest.mark.parametrize(("groups", "width"), [(900, 20), (3000, 200)])
def test_markdown_is_never_too_long(groups: int, width: int) -> None:
    old = [
        resource(LOG_GROUP, f"{'l' * width}{number}", {"name": f"/{number}", "retentionInDays": 60 + number})
        for number in range(groups)
    ]
    new = [resource(REPOSITORY, f"{'r' * width}{number}", {"name": str(number)}) for number in range(groups)]
    text = shown.markdown(made([*old, *new], []))
    assert len(text) < LIMIT
    assert "FORMAT=plain" in text
    assert text.count("```") % 2 == 0


def test_json_is_versioned_and_whole(small: Edit) -> None:
    found = json.loads(document.written(small, ("urn:x",)))
    assert (found["version"], found["kind"]) == (1, "comparison")
    assert found["counts"] == {"created": 1, "updated": 1, "replaced": 0, "deleted": 2, "renamed": 0, "kept": 0}
    assert found["destroyed"] == ["urn:x"]
    assert {item["level"] for item in found["meaning"]} >= {"danger", "caution"}
    (database,) = [item for item in found["changes"] if item["name"] == "d"]
    assert database["properties"] == [
        {
            "path": "instanceClass", "effect": "update", "secret": False, "wasSet": True, "isSet": True,
            "before": "db.t4g.medium", "after": "db.t4g.large",
        }
    ]  # fmt: skip
    assert "v1:x" not in json.dumps(found)
    assert found["time"]["seconds"] > 0


def test_long_values_are_shown_where_they_differ() -> None:
    text = shown.line(next(settings({"k": "a" * 300 + "x" + "b" * 300}, {"k": "a" * 300 + "y" + "b" * 300})))
    assert len(text) < 200
    assert "axb" in text
    assert "ayb" in text


@pytest.mark.parametrize(
    ("given", "text"), [(MISSING, "(not set)"), ("", '""'), (True, "true"), ([1], "[1]"), ("a\nb", "a b")]
)
def test_values_are_one_line(given: object, text: str) -> None:
    assert shown.value(given) == text


@pytest.mark.parametrize(("seconds", "text"), [(5, "5 s"), (119, "2 min"), (4200, "1 h 10 min")])
def test_times_are_for_people(seconds: float, text: str) -> None:
    assert shown.duration(seconds) == text
