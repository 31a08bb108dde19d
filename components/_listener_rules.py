"""The rules of a load balancer's listener: which requests go to which target group."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws
from pulumi import Input, Output, ResourceOptions

import limits
from components._checked import Checked
from components._dependencies import Dependency, with_dependencies
from components._target_groups import (
    GreenTargetGroup,
    Target,
    TargetArgs,
    condition_problems,
    outside,
    target_group,
)
from limits import LAST_PRIORITY
from limits.route import Conditions


@dataclass(frozen=True, kw_only=True, slots=True)
class RedirectArgs(Conditions, Checked):
    """Requests that are sent elsewhere, over HTTPS and with their query."""

    priority: int
    """The order among all rules, lowest first, 1 to 50000. What the rule is known by."""
    to_host: str | None = None
    """The host to go to; None: the same."""
    to_path: str | None = None
    """The path to go to, in which `#{path}` is the one asked for without its slash; None: the same."""
    permanent: bool = True
    """Whether it is to be remembered (301) or asked again (302)."""

    def _problems(self) -> Iterator[tuple[str, str | None]]:
        yield from condition_problems(self)
        yield "priority", outside(self.priority, 1, LAST_PRIORITY)
        if not self.given:
            yield "paths", "none given, nor anything else that tells which requests"
        if self.to_host is None and self.to_path is None:
            yield "to_host", "None, as to_path is: it leads nowhere"


@dataclass(frozen=True, kw_only=True, slots=True)
class ListenerRules:
    """Makes the rules of one listener."""

    parent: pulumi.Resource
    """The component they belong to."""
    name: str
    """What the names of its resources begin with."""
    name_prefix: str
    """What generated names start with."""
    vpc_id: Input[str]
    """The network of its target groups."""
    inside: str
    """What names of target groups and of what names them for good end in: another for an internal balancer."""
    listener_arn: Input[str]
    """The listener."""
    origin_header: str
    """The header that every request must have; empty where everybody is answered."""
    origin_secret: Output[str] | None
    """What must be in it; None where everybody is answered."""
    default: aws.lb.Listener | None = None
    """The listener whose default action leads to a target without a rule."""

    def lead_to(self, key: str, target: TargetArgs, group: aws.lb.TargetGroup) -> Target:
        """Send a target its requests: by rules, or by the listener's default action; with blue/green by one that ECS changes."""
        if not target.blue_green:
            action = aws.lb.ListenerRuleActionArgs(type="forward", target_group_arn=group.arn)
            rules = self._rules(key, target, action)
            for route in target.routes:
                rules += self._numbered(key, route, route.priority, action)
            before: Sequence[Dependency] = rules or ([self.default] if self.default else [])
            return Target(arn=with_dependencies(group.arn, *before), arn_suffix=group.arn_suffix)
        name = f"{self.name}-{key}-alternate{target.spoken}{self.inside}"
        other = target_group(self.parent, name, key, target, name_prefix=self.name_prefix, vpc_id=self.vpc_id)
        weighted = self._weighted_rule(key, target, (group, other))
        green = GreenTargetGroup(
            arn=with_dependencies(other.arn, weighted), arn_suffix=other.arn_suffix, rule_arn=weighted.arn
        )
        return Target(arn=with_dependencies(group.arn, weighted), arn_suffix=group.arn_suffix, green=green)

    def redirect(self, redirect: RedirectArgs) -> None:
        """Send requests elsewhere."""
        action = aws.lb.ListenerRuleActionArgs(
            type="redirect",
            redirect=aws.lb.ListenerRuleActionRedirectArgs(
                protocol="HTTPS",
                port="443",
                host=redirect.to_host,
                path=redirect.to_path,
                status_code="HTTP_301" if redirect.permanent else "HTTP_302",
            ),
        )
        self._numbered("redirect", redirect, redirect.priority, action)

    def _rules(self, key: str, target: TargetArgs, action: aws.lb.ListenerRuleActionArgs) -> list[aws.lb.ListenerRule]:
        """Make the rules that send a target its requests; none where the listener's default action does."""
        if target.default and not self.origin_header:
            return []
        priority = target.rule_priority(locked=bool(self.origin_header)) or 0
        return self._numbered(key, target, priority, action, first=f"{self.name}-{key}-rule")

    def _numbered(
        self,
        key: str,
        conditions: Conditions,
        priority: int,
        action: aws.lb.ListenerRuleActionArgs,
        *,
        first: str = "",
    ) -> list[aws.lb.ListenerRule]:
        """Make the rules of conditions, each known by its priority, which no two rules of a listener may have at any moment.

        Whatever is written at a priority changes the rule there in place: services that change places, a service of another name, other
        values. The first rule waits for the others, so that what is dealt out to them is never in none.

        Args:
            key: what the rules are tagged with.
            conditions: what requests must have.
            priority: that of the first.
            action: what is done with the requests.
            first: the logical name of the first, if not that of its priority: what running stacks know a target's first rule by.
        """
        made: list[aws.lb.ListenerRule] = []
        parts = limits.route.rules(conditions, taken=1 if self.origin_header else 0)
        for place, part in sorted(parts.items(), reverse=True):
            name = first if first and place == 0 else f"{self.name}-rule-{priority + place}"
            made.append(
                aws.lb.ListenerRule(
                    name,
                    listener_arn=self.listener_arn,
                    priority=priority + place,
                    actions=[action],
                    conditions=self._conditions(part),
                    tags={"Name": f"{self.name_prefix}-{key}"},
                    opts=ResourceOptions(parent=self.parent, depends_on=list(made) if place == 0 and made else None),
                )
            )
        return made

    def _weighted_rule(self, key: str, target: TargetArgs, groups: Sequence[aws.lb.TargetGroup]) -> aws.lb.ListenerRule:
        """Make the rule in which ECS moves requests from one target group to the other.

        It is another resource than the rule of rolling deployments, and another for each port and protocol: what its action is at first,
        updates leave alone, while another port brings other target groups.
        """
        forward = aws.lb.ListenerRuleActionForwardArgs(
            target_groups=[
                aws.lb.ListenerRuleActionForwardTargetGroupArgs(arn=group.arn, weight=weight)
                for group, weight in zip(groups, (100, 0), strict=True)
            ]
        )
        # A rule needs a condition; this one every request meets.
        conditions = target if target.given else Conditions(paths=["/*"])
        return aws.lb.ListenerRule(
            f"{self.name}-{key}-weighted-rule-{target.port}{target.spoken}{self.inside}",
            listener_arn=self.listener_arn,
            priority=target.rule_priority(locked=bool(self.origin_header)),
            actions=[aws.lb.ListenerRuleActionArgs(type="forward", forward=forward)],
            conditions=self._conditions(conditions),
            tags={"Name": f"{self.name_prefix}-{key}"},
            opts=ResourceOptions(parent=self.parent, ignore_changes=["actions"]),
        )

    def _conditions(self, asked: Conditions) -> Sequence[aws.lb.ListenerRuleConditionArgs]:
        conditions = []
        if asked.patterns:
            paths = aws.lb.ListenerRuleConditionPathPatternArgs(values=list(asked.patterns))
            conditions.append(aws.lb.ListenerRuleConditionArgs(path_pattern=paths))
        if asked.hosts:
            hosts = aws.lb.ListenerRuleConditionHostHeaderArgs(values=list(asked.hosts))
            conditions.append(aws.lb.ListenerRuleConditionArgs(host_header=hosts))
        if asked.methods:
            methods = aws.lb.ListenerRuleConditionHttpRequestMethodArgs(values=list(asked.methods))
            conditions.append(aws.lb.ListenerRuleConditionArgs(http_request_method=methods))
        if asked.sources:
            sources = aws.lb.ListenerRuleConditionSourceIpArgs(values=list(asked.sources))
            conditions.append(aws.lb.ListenerRuleConditionArgs(source_ip=sources))
        for parameter, values in asked.query.items():
            pairs = [aws.lb.ListenerRuleConditionQueryStringArgs(key=parameter, value=value) for value in values]
            conditions.append(aws.lb.ListenerRuleConditionArgs(query_strings=pairs))
        headers: dict[str, Sequence[Input[str]]] = {**asked.headers}
        if self.origin_secret is not None:
            headers[self.origin_header] = [self.origin_secret]
        for name, wanted in headers.items():
            header = aws.lb.ListenerRuleConditionHttpHeaderArgs(http_header_name=name, values=list(wanted))
            conditions.append(aws.lb.ListenerRuleConditionArgs(http_header=header))
        return conditions
