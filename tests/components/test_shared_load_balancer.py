# ruff: noqa: E501 - a case reads best on one line
"""What goes with a load balancer that another stack makes."""

from dataclasses import replace
from typing import Any

import pytest

from components._listener_rules import RedirectArgs
from components._target_groups import RouteArgs, TargetArgs
from components.load_balancer import LoadBalancer
from components.shared_load_balancer import SharedLoadBalancer, SharedLoadBalancerArgs, load_balancer
from tests.components.conftest import build, check_contract
from tests.components.test_load_balancer import args as own_args

START = "arn:aws:elasticloadbalancing:us-east-1:123456789012"
LISTENER = f"{START}:listener/app/shared/0123456789abcdef/fedcba9876543210"
RULE = "aws:lb/listenerRule:ListenerRule"
CERTIFICATE = "arn:aws:acm:us-east-1:123456789012:certificate/own"
API = TargetArgs(port=8000, hosts=["shop.example.com"], priority=1990)


def args(**changes: Any) -> SharedLoadBalancerArgs:
    given: dict[str, Any] = {
        "name_prefix": "shop-production",
        "vpc_id": "vpc-1",
        "arn": f"{START}:loadbalancer/app/shared/0123456789abcdef",
        "arn_suffix": "app/shared/0123456789abcdef",
        "dns_name": "shared-1.us-east-1.elb.amazonaws.com",
        "zone_id": "Z1",
        "security_group_id": "sg-1",
        "listener_arn": LISTENER,
        "certificate_arn": CERTIFICATE,
        "targets": {"api": API},
    }
    return SharedLoadBalancerArgs(**{**given, **changes})


def test_contract() -> None:
    check_contract(lambda: SharedLoadBalancer("load-balancer", args()))


def test_it_makes_target_groups_rules_and_a_certificate_and_nothing_else() -> None:
    further = RouteArgs(hosts=["shop.example.com"], paths=["/admin/*"], priority=1020)
    sent = RedirectArgs(hosts=["shop.example.com"], paths=["/old"], to_path="/", priority=1010)
    graph = build(
        lambda: SharedLoadBalancer(
            "load-balancer", args(targets={"api": replace(API, routes=[further])}, redirects=[sent])
        )
    )
    assert {r.type for r in graph.resources if r.custom} == {
        "aws:lb/targetGroup:TargetGroup", RULE, "aws:lb/listenerCertificate:ListenerCertificate"
    }  # fmt: skip
    assert {(r.inputs["priority"], r.inputs["listenerArn"]) for r in graph.of(RULE)} == {
        (priority, LISTENER) for priority in (1010, 1020, 1990)
    }


def test_target_groups_have_other_names_than_those_of_a_balancer_of_ones_own() -> None:
    own = build(lambda: load_balancer("load-balancer", own_args()))
    shared = build(lambda: load_balancer("load-balancer", args()))
    names = [{r.name for r in graph.of("aws:lb/targetGroup:TargetGroup")} for graph in (own, shared)]
    assert not names[0] & names[1]
    assert "load-balancer-api-targets-shared" in names[1]


def test_one_certificate_of_the_balancer_is_enough_where_it_is_for_all() -> None:
    graph = build(lambda: SharedLoadBalancer("load-balancer", args(certificate_arn=None)))
    assert not graph.of("aws:lb/listenerCertificate:ListenerCertificate")


def test_which_one_is_made_follows_from_the_arguments() -> None:
    made: list[object] = []
    build(lambda: made.extend([load_balancer("one", own_args()), load_balancer("two", args())]))
    assert [type(each) for each in made] == [LoadBalancer, SharedLoadBalancer]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"targets": {"web": TargetArgs(port=80, default=True)}}, "targets: web is the default, which is the business of the stack that makes the balancer: give it hosts"),
        ({"targets": {"web": TargetArgs(port=80, paths=["/"], priority=1)}}, "targets: web asks for no host, so it would take requests of other stacks"),
        ({"redirects": [RedirectArgs(paths=["/a"], to_path="/b", priority=1)]}, "targets: redirect asks for no host, so it would take requests of other stacks"),
        ({"targets": {"web": TargetArgs(port=80, hosts=["a.example.com"], paths=[f"/{n}/*" for n in range(30)], priority=1)}}, "targets: web: 61 values to match are too many for one route"),
    ],
)  # fmt: skip
def test_refused(changes: dict[str, Any], told: str) -> None:
    with pytest.raises(ValueError, match="SharedLoadBalancerArgs") as error:
        args(**changes)
    assert f"SharedLoadBalancerArgs.{told}" in str(error.value)
