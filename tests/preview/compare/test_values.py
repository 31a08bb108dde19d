"""Where two values differ."""

from __future__ import annotations

import json

import pytest

from preview.compare.values import MISSING, differences


def found(before: object, after: object) -> list[tuple[str, object, object]]:
    return [(item.text, item.before, item.after) for item in differences(before, after, ("x",))]


def test_says_nothing_of_what_is_the_same() -> None:
    assert not found({"a": [1, {"b": None}], "c": {}}, {"a": [1, {}], "d": []})
    assert not found(["b", "a"], ["a", "b"])  # a set, as AWS takes it
    assert not found(80, 80.0)


def test_tells_a_truth_value_from_a_number() -> None:
    assert found({"a": True}, {"a": 1}) == [("x.a", True, 1)]


def test_names_what_is_set_and_what_is_taken_out() -> None:
    assert found({"a": 1}, {"b": 2}) == [("x.a", 1, MISSING), ("x.b", MISSING, 2)]


def test_compares_json_as_the_document_it_is() -> None:
    before = json.dumps([{"name": "api", "image": "i:1", "environment": [{"name": "A", "value": "1"}]}])
    after = json.dumps([{"image": "i:2", "name": "api", "environment": [{"name": "A", "value": "1"}]}], indent=2)
    assert found(before, after) == [("x[api].image", "i:1", "i:2")]


def test_the_order_counts_in_a_container_but_not_in_a_policy() -> None:
    assert found('[{"name": "a", "command": ["x", "y"]}]', '[{"name": "a", "command": ["y", "x"]}]')
    policy = {"Statement": [{"Sid": "A", "Effect": "Allow", "Action": ["s3:Get", "s3:Put"]}]}
    other = {"Statement": [{"Sid": "A", "Effect": "Allow", "Action": ["s3:Put", "s3:Get"]}]}
    assert not found(json.dumps(policy), json.dumps(other))


def test_finds_the_element_that_changed_among_those_that_moved() -> None:
    before = [{"name": "a", "value": 1}, {"name": "b", "value": 2}]
    assert found(before, [{"name": "b", "value": 3}, {"name": "a", "value": 1}]) == [("x[b].value", 2, 3)]
    assert found([{"p": 1}, {"p": 2}], [{"p": 2}, {"p": 3}]) == [("x[].p", 1, 3)]


def test_text_that_only_begins_like_json_is_text() -> None:
    assert found("{not json}", "{nor this}") == [("x", "{not json}", "{nor this}")]


@pytest.mark.parametrize("size", [400])
def test_a_long_list_is_compared_in_little_time(size: int) -> None:
    before = [{"metric": number, "y": number} for number in range(size)]
    assert len(found(before, [{**part, "y": part["y"] + 1} for part in before])) <= 2 * size
