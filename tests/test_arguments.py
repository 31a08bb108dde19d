"""Settings that nothing but the wiring carries to a resource."""

from preview.record import record
from tests import stacks
from tests.settings.files import changed


def test_visitors_stay_with_a_task() -> None:
    graph = record(stacks.ROOT, "prod", changed({"slipway:services.api.route.stickySeconds": 3600}))
    groups = {group.name: group.inputs.get("stickiness") for group in graph.of("aws:lb/targetGroup:TargetGroup")}
    assert groups == {
        "load-balancer-api-targets": {"type": "lb_cookie", "enabled": True, "cookieDuration": 3600},
        "load-balancer-frontend-targets": None,
    }
