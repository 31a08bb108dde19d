from tests.wiring.given import graph


def test_visitors_stay_with_a_task() -> None:
    made = graph({"slipway:services.api.route.stickySeconds": 3600})
    groups = {group.name: group.inputs.get("stickiness") for group in made.of("aws:lb/targetGroup:TargetGroup")}
    assert groups == {
        "load-balancer-api-targets": {"type": "lb_cookie", "enabled": True, "cookieDuration": 3600},
        "load-balancer-frontend-targets": None,
    }


def test_a_health_check_times_out_before_the_next_one() -> None:
    made = graph({"slipway:services.api.health.intervalSeconds": 5})
    for key, seconds in (("api", 4), ("frontend", 5)):
        made.one("aws:lb/targetGroup:TargetGroup", f"load-balancer-{key}-targets", healthCheck={"timeout": seconds})
