"""The rules of a load balancer's listener: which requests go to which target group."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws
from pulumi import Input, Output, ResourceOptions

from components._dependencies import with_dependencies
from components._target_groups import GreenTargetGroup, Target, TargetArgs, target_group


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
    listener: aws.lb.Listener
    """The listener."""
    origin_header: str
    """The header that every request must have; empty where everybody is answered."""
    origin_secret: Output[str] | None
    """What must be in it; None where everybody is answered."""

    def lead_to(self, key: str, target: TargetArgs, group: aws.lb.TargetGroup) -> Target:
        """Send a target its requests: by a rule, or by the listener's default action; with blue/green by one that ECS changes."""
        if not target.blue_green:
            rule = self._rule(key, target, group)
            return Target(arn=with_dependencies(group.arn, rule or self.listener), arn_suffix=group.arn_suffix)
        other = target_group(
            self.parent, f"{self.name}-{key}-alternate", key, target, name_prefix=self.name_prefix, vpc_id=self.vpc_id
        )
        weighted = self._weighted_rule(key, target, (group, other))
        green = GreenTargetGroup(
            arn=with_dependencies(other.arn, weighted), arn_suffix=other.arn_suffix, rule_arn=weighted.arn
        )
        return Target(arn=with_dependencies(group.arn, weighted), arn_suffix=group.arn_suffix, green=green)

    def _rule(self, key: str, target: TargetArgs, group: aws.lb.TargetGroup) -> aws.lb.ListenerRule | None:
        """Make the rule that sends a target its requests; None where the listener's default action does."""
        if target.default and not self.origin_header:
            return None
        return aws.lb.ListenerRule(
            f"{self.name}-{key}-rule",
            listener_arn=self.listener.arn,
            priority=target.rule_priority(locked=bool(self.origin_header)),
            actions=[aws.lb.ListenerRuleActionArgs(type="forward", target_group_arn=group.arn)],
            conditions=self._conditions(target),
            tags={"Name": f"{self.name_prefix}-{key}"},
            opts=ResourceOptions(parent=self.parent),
        )

    def _weighted_rule(self, key: str, target: TargetArgs, groups: Sequence[aws.lb.TargetGroup]) -> aws.lb.ListenerRule:
        """Make the rule in which ECS moves requests from one target group to the other.

        It is another resource than the rule of rolling deployments, and another for each port: what its action is at first,
        updates leave alone, while another port brings other target groups.
        """
        forward = aws.lb.ListenerRuleActionForwardArgs(
            target_groups=[
                aws.lb.ListenerRuleActionForwardTargetGroupArgs(arn=group.arn, weight=weight)
                for group, weight in zip(groups, (100, 0), strict=True)
            ]
        )
        return aws.lb.ListenerRule(
            f"{self.name}-{key}-weighted-rule-{target.port}",
            listener_arn=self.listener.arn,
            priority=target.rule_priority(locked=bool(self.origin_header)),
            actions=[aws.lb.ListenerRuleActionArgs(type="forward", forward=forward)],
            conditions=self._conditions(target),
            tags={"Name": f"{self.name_prefix}-{key}"},
            opts=ResourceOptions(parent=self.parent, ignore_changes=["actions"]),
        )

    def _conditions(self, target: TargetArgs) -> Sequence[aws.lb.ListenerRuleConditionArgs]:
        conditions = []
        # A rule needs a condition; this one every request meets.
        patterns = target.patterns or (["/*"] if target.default and target.blue_green else [])
        if patterns:
            paths = aws.lb.ListenerRuleConditionPathPatternArgs(values=list(patterns))
            conditions.append(aws.lb.ListenerRuleConditionArgs(path_pattern=paths))
        if target.hosts:
            hosts = aws.lb.ListenerRuleConditionHostHeaderArgs(values=list(target.hosts))
            conditions.append(aws.lb.ListenerRuleConditionArgs(host_header=hosts))
        if self.origin_secret is not None:
            header = aws.lb.ListenerRuleConditionHttpHeaderArgs(
                http_header_name=self.origin_header, values=[self.origin_secret]
            )
            conditions.append(aws.lb.ListenerRuleConditionArgs(http_header=header))
        return conditions
