"""What restarts, is away, or waits."""

from __future__ import annotations

from preview.compare.meaning import outage
from preview.graph import Resource
from tests.preview.compare.graphs import DATABASE, RULE, SERVICE, resource, said


def database(**inputs: object) -> Resource:
    return resource(DATABASE, "d", {"identifier": "d", "maintenanceWindow": "sun:05:00-sun:06:00", **inputs})


def test_a_class_waits_for_the_window_or_restarts_at_once() -> None:
    before = database(instanceClass="db.t4g.medium")
    ((level, text),) = said(outage.say, [before], [database(instanceClass="db.t4g.large")])
    assert level == "caution"
    assert "instanceClass db.t4g.medium to db.t4g.large: restart" in text
    assert "it waits for the maintenance window sun:05:00-sun:06:00 UTC" in text
    now = database(instanceClass="db.t4g.large", applyImmediately=True)
    texts = [
        text for _, text in said(outage.say, [database(instanceClass="db.t4g.medium", applyImmediately=True)], [now])
    ]
    assert len(texts) == 1
    assert "at once, during the update" in texts[0]


def test_what_nobody_notices_is_not_said() -> None:
    assert not said(outage.say, [database(allocatedStorage=50)], [database(allocatedStorage=100)])


def test_new_tasks_start_one_after_the_other() -> None:
    old = resource(SERVICE, "s", {"name": "s", "taskDefinition": "a:1"})
    new = resource(SERVICE, "s", {"name": "s", "taskDefinition": "a:2"})
    ((level, text),) = said(outage.say, [old], [new])
    assert (level, "no outage unless the new ones fail" in text) == ("note", True)
    fewer = resource(SERVICE, "s", {"name": "s", "taskDefinition": "a:2", "deploymentMinimumHealthyPercent": 50})
    assert said(outage.say, [old], [fewer])[0][0] == "caution"


def test_a_service_that_is_replaced_is_away() -> None:
    old = resource(SERVICE, "s", {"name": "s", "cluster": "one"})
    new = resource(SERVICE, "s", {"name": "s", "cluster": "two"})
    ((level, text),) = said(outage.say, [old], [new])
    assert level == "danger"
    assert "forced by cluster; the old one goes first" in text
    assert "2 to 10 minutes without a task" in text


def test_a_balancer_that_is_replaced_has_another_name() -> None:
    balancer = "aws:lb/loadBalancer:LoadBalancer"
    old, new = (resource(balancer, "b", {"namePrefix": "b", "internal": value}) for value in ("true", "false"))
    ((_, text),) = said(outage.say, [old], [new])
    assert "the new one is made first" in text
    assert "another DNS name" in text


def test_a_service_and_a_route_that_go() -> None:
    service = resource(SERVICE, "s", {"name": "s"})
    rule = resource(RULE, "r", {"priority": 1, "conditions": [{"pathPattern": {"values": ["/jobs/*"]}}]})
    texts = [text for _, text in said(outage.say, [service, rule], [])]
    assert any("its tasks stop" in text for text in texts)
    assert any("/jobs/* go to the default service" in text for text in texts)
    moved = resource(RULE, "other", {"priority": 1, "conditions": [{"pathPattern": {"values": ["/jobs/*"]}}]})
    assert not any("/jobs/*" in text for _, text in said(outage.say, [rule], [moved]))


def test_a_cache_that_takes_users_in_place_of_a_token_refuses_who_has_it() -> None:
    cache = "aws:elasticache/replicationGroup:ReplicationGroup"
    token, users = (
        resource(cache, "c", {"replicationGroupId": "c", **login})
        for login in ({"authToken": "t"}, {"userGroupIds": ["g"], "authTokenUpdateStrategy": "DELETE"})
    )
    for old, new, words in (
        (token, users, "takes users in place of the token"),
        (users, token, "takes one token in place of users"),
    ):
        assert ("danger", True) in [(level, words in text) for level, text in said(outage.say, [old], [new])]
    assert not [text for _, text in said(outage.say, [token], [token]) if "in place of" in text]
