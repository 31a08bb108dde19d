import json
from typing import Any

import pytest

from preview.compare.difference import compare
from preview.compare.meaning import names
from preview.compare.meaning.statement import Situation
from tests.settings.files import GONE, config
from tests.wiring.given import graph

API, FRONTEND = "slipway:services.api", "slipway:services.frontend"
MANY = ["/api/*", "/b/*", "/c/*", "/d/*", "/e", "/f"]
RULE = "aws:lb/listenerRule:ListenerRule"


def test_visitors_stay_with_a_task() -> None:
    made = graph({"slipway:services.api.route.stickySeconds": 3600})
    groups = {group.name: group.inputs.get("stickiness") for group in made.of("aws:lb/targetGroup:TargetGroup")}
    assert groups == {
        "load-balancer-api-targets": {"type": "lb_cookie", "enabled": True, "cookieDuration": 3600},
        "load-balancer-frontend-targets": {"type": "lb_cookie", "enabled": False},
    }


def test_a_health_check_times_out_before_the_next_one() -> None:
    made = graph({"slipway:services.api.health.intervalSeconds": 5})
    for key, seconds in (("api", 4), ("frontend", 5)):
        made.one("aws:lb/targetGroup:TargetGroup", f"load-balancer-{key}-targets", healthCheck={"timeout": seconds})


def renamed(old: str, new: str, **changes: object) -> dict[str, Any]:
    """The services with another name for one of them."""
    services = config()["slipway:services"]
    return {"slipway:services": {new if key == old else key: value for key, value in services.items()}, **changes}


@pytest.mark.parametrize(
    ("before", "after", "changed"),
    [
        pytest.param({f"{API}.route.paths": MANY}, {f"{API}.route.paths": MANY[::-1]}, {}, id="another order"),
        pytest.param({}, {f"{API}.route.paths": MANY}, {}, id="more than one rule takes"),
        pytest.param({f"{API}.route.paths": MANY}, {}, {}, id="one rule again"),
        pytest.param(
            {f"{API}.route.paths": MANY}, {f"{API}.route.paths": [*MANY[1:], "/g"]}, {}, id="one goes, one comes"
        ),
        pytest.param(
            {f"{API}.routes": [{"paths": ["/a"], "priority": 5}, {"paths": ["/b"], "priority": 6}]},
            {f"{API}.routes": [{"paths": ["/b"], "priority": 5}, {"paths": ["/a"], "priority": 6}]},
            {"load-balancer-rule-5": "updated", "load-balancer-rule-6": "updated"},
            id="two change places",
        ),
        pytest.param(
            {f"{API}.routes": [{"paths": ["/a"], "priority": 5}]},
            {f"{FRONTEND}.routes": [{"paths": ["/a"], "priority": 5}]},
            {"load-balancer-rule-5": "updated"},
            id="to another service",
        ),
        pytest.param(
            {"slipway:loadBalancer.redirects": [{"paths": ["/a"], "toPath": "/b", "priority": 5}]},
            {f"{FRONTEND}.routes": [{"paths": ["/a"], "priority": 5}]},
            {"load-balancer-rule-5": "updated"},
            id="from a redirect",
        ),
        pytest.param(
            {f"{API}.routes": [{"paths": ["/a"], "priority": 5}]},
            renamed(
                "api",
                "backend",
                **{
                    "slipway:services.backend.routes": [{"paths": ["/a"], "priority": 5}],
                    "slipway:services.backend.route.priority": 101,
                },
            ),
            {
                "load-balancer-rule-5": "updated",
                "load-balancer-api-rule": "deleted",
                "load-balancer-backend-rule": "created",
            },
            id="of a service with another name",
        ),
    ],
)
def test_no_two_rules_have_one_priority_while_routes_change(
    before: dict[str, Any], after: dict[str, Any], changed: dict[str, str]
) -> None:
    comparison = compare(graph(before), graph(after))
    taken = [
        statement.text for statement in names.say(Situation(comparison=comparison)) if "priority" in statement.text
    ]
    assert taken == []
    kinds = {change.resource.name: change.kind for change in comparison.changes if change.resource.type == RULE}
    assert {name: kind for name, kind in kinds.items() if name in changed} == changed
    assert changed or {name for name, kind in kinds.items() if kind == "replaced"} == set()


def test_another_order_of_many_paths_changes_nothing() -> None:
    forth, back = graph({f"{API}.route.paths": MANY}), graph({f"{API}.route.paths": MANY[::-1]})
    assert {rule.name: rule.inputs["priority"] for rule in forth.of(RULE)} == {
        rule.name: rule.inputs["priority"] for rule in back.of(RULE)
    }
    assert not [
        change.resource.name
        for change in compare(forth, back).changes
        if change.resource.type == RULE and change.kind != "kept"
    ]


def test_a_service_by_another_name_at_the_same_priority_is_told() -> None:
    comparison = compare(graph({}), graph(renamed("api", "backend")))
    (told,) = [item for item in names.say(Situation(comparison=comparison)) if "priority" in item.text]
    assert told.level == "danger"
    assert "wants the priority 100, which route load-balancer-api-rule still holds" in told.text


def test_grpc_asks_for_health_by_its_own_method() -> None:
    made = graph({f"{API}.protocol": "grpc", f"{API}.healthCheck": GONE, f"{API}.health": {}})
    made.one(
        "aws:lb/targetGroup:TargetGroup",
        "load-balancer-api-targets-grpc",
        protocolVersion="GRPC",
        healthCheck={"path": "/grpc.health.v1.Health/Check", "matcher": "0"},
    )


def test_tls_up_to_the_container_is_another_target_group() -> None:
    made = graph({f"{API}.tls": True, f"{API}.healthCheck": {"command": ["python"]}})
    group = made.one("aws:lb/targetGroup:TargetGroup", "load-balancer-api-targets-tls", protocol="HTTPS", port=8000)
    check: Any = group.inputs["healthCheck"]
    assert check["protocol"] == "HTTPS"
    task = made.one("aws:ecs/taskDefinition:TaskDefinition", "api-task")
    command = json.loads(str(task.inputs["containerDefinitions"]))[0]["healthCheck"]["command"]
    assert command[:3] == ["CMD", "python", "-c"]
    compile(command[3], "check", "exec")
    assert "urlopen('https://localhost:8000/api/health'" in command[3]
    assert "verify_mode = ssl.CERT_NONE" in command[3]
    comparison = compare(graph({}), made)
    kinds = {change.resource.name: change.kind for change in comparison.changed}
    assert (kinds["load-balancer-api-targets"], kinds["api-service"]) == ("deleted", "updated")


def test_another_protocol_leads_to_new_tasks() -> None:
    """The old target group is deleted at the end, when the rule and the service have gone over to the new one."""
    comparison = compare(graph({}), graph({f"{API}.protocol": "http2"}))
    kinds = {change.resource.name: change.kind for change in comparison.changes if change.kind != "kept"}
    assert kinds["load-balancer-api-targets-http2"] == "created"
    assert kinds["load-balancer-api-targets"] == "deleted"
    assert kinds["load-balancer-api-rule"] == kinds["api-service"] == "updated"
