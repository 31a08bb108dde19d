"""What something else still holds."""

from __future__ import annotations

import dataclasses

from preview.compare.meaning import names
from preview.graph import Resource
from tests.preview.compare.graphs import LOG_GROUP, RULE, resource, said


def rule(name: str, priority: int) -> Resource:
    return resource(RULE, name, {"listenerArn": "arn:listener", "priority": priority})


def test_a_new_rule_cannot_take_the_priority_of_one_that_goes() -> None:
    ((level, text),) = said(names.say, [rule("worker-rule", 200)], [rule("jobs-rule", 200)])
    assert level == "danger"
    assert "route jobs-rule wants the priority 200, which route worker-rule still holds" in text
    assert "In two updates: first without route worker-rule, then with route jobs-rule" in text


def test_another_priority_is_free() -> None:
    assert not said(names.say, [rule("worker-rule", 200)], [rule("jobs-rule", 201)])


def test_one_that_stays_keeps_it() -> None:
    kept = rule("api", 100)
    ((_, text),) = said(names.say, [kept], [kept, rule("other", 100)])
    assert "which route api has. Give it another priority" in text


def test_two_that_swap_get_in_each_others_way() -> None:
    assert len(said(names.say, [rule("a", 1), rule("b", 2)], [rule("a", 2), rule("b", 1)])) == 2


def test_an_alarm_is_overwritten_and_then_deleted() -> None:
    alarm = "aws:cloudwatch/metricAlarm:MetricAlarm"
    ((_, text),) = said(names.say, [resource(alarm, "old", {"name": "cpu"})], [resource(alarm, "new", {"name": "cpu"})])
    assert "it is overwritten, and the deletion at the end of the update then takes the new one away" in text


def test_a_generated_name_collides_with_nothing() -> None:
    assert not said(
        names.say, [resource(LOG_GROUP, "a", {"namePrefix": "x"})], [resource(LOG_GROUP, "b", {"namePrefix": "x"})]
    )


def test_what_keeps_its_own_name_is_no_collision() -> None:
    old, new = (resource(LOG_GROUP, "l", {"name": "/l", "retentionInDays": days}) for days in (30, 60))
    assert not said(names.say, [old], [new])


def test_one_that_is_renamed_by_alias_keeps_its_own() -> None:
    old = resource(LOG_GROUP, "old", {"name": "/l"})
    assert not said(names.say, [old], [resource(LOG_GROUP, "new", {"name": "/l"}, aliases=(old.urn,))])


def test_what_stands_in_something_new_finds_nothing_taken() -> None:
    """A security group that is replaced begins without rules."""
    group, egress = "aws:ec2/securityGroup:SecurityGroup", "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"

    def both(prefix: str, name: str) -> list[Resource]:
        made = resource(group, "group", {"namePrefix": prefix, "vpcId": "vpc-1"})
        rule = resource(egress, name, {"securityGroupId": "sg-1", "fromPort": 443})
        return [made, dataclasses.replace(rule, property_dependencies={"securityGroupId": (made.urn,)})]

    assert not said(names.say, both("a-", "out"), both("b-", "all"))
    assert said(names.say, both("a-", "out"), both("a-", "all"))
