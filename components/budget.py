"""A monthly budget that says beforehand when it will not be kept."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws
from pulumi import Input, Output, ResourceOptions

from components._checked import Checked


@dataclass(frozen=True, kw_only=True, slots=True)
class BudgetArgs(Checked):
    """How much a month may cost, and who hears of it."""

    name_prefix: str
    """The stack's name in AWS, such as storefront-production: the budget's name."""
    monthly_usd: float
    """The figure, US dollars a month."""
    topic_arn: Input[str] | None = None
    """An SNS topic that is told; its policy, and its key's, must let budgets.amazonaws.com publish."""
    emails: Sequence[str] = ()
    """Addresses that are told, ten at most."""
    forecast_percent: int = 80
    """Share of the figure that the month's forecast may reach before they are told."""
    actual_percent: int = 100
    """Share of the figure that the costs themselves may reach."""
    tag: tuple[str, str] | None = None
    """Key and value of a tag: only what carries it counts, once the key is activated as a cost allocation tag (Billing);
    None: the whole account counts."""

    def _problems(self) -> Iterator[tuple[str, str | None]]:
        most = 10
        if not (math.isfinite(self.monthly_usd) and self.monthly_usd > 0):
            yield "monthly_usd", f"{self.monthly_usd} is not an amount above 0"
        if self.topic_arn is None and not self.emails:
            yield "emails", "neither these nor topic_arn given: nobody would be told"
        if len(self.emails) > most:
            yield "emails", f"{len(self.emails)} given; at most {most} are allowed"
        for email in self.emails:
            if email.count("@") != 1 or email.startswith("@") or email.endswith("@"):
                yield "emails", f"{email!r} is not an e-mail address"
        for name, percent in (("forecast_percent", self.forecast_percent), ("actual_percent", self.actual_percent)):
            highest = 1000
            if not 1 <= percent <= highest:
                yield name, f"{percent} is outside 1 to {highest}"


class Budget(pulumi.ComponentResource):
    """A monthly cost budget with a warning by forecast and one by cost."""

    name: Output[str]
    """The budget's name."""

    def __init__(self, name: str, args: BudgetArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:Budget", name, None, opts)
        budget = aws.budgets.Budget(
            f"{name}-budget",
            name=args.name_prefix,
            budget_type="COST",
            limit_amount=f"{args.monthly_usd:.2f}",
            limit_unit="USD",
            time_unit="MONTHLY",
            cost_filters=[aws.budgets.BudgetCostFilterArgs(name="TagKeyValue", values=[f"user:{'$'.join(args.tag)}"])]
            if args.tag
            else None,
            notifications=[
                aws.budgets.BudgetNotificationArgs(
                    comparison_operator="GREATER_THAN",
                    notification_type=kind,
                    threshold=percent,
                    threshold_type="PERCENTAGE",
                    subscriber_sns_topic_arns=None if args.topic_arn is None else [args.topic_arn],
                    subscriber_email_addresses=list(args.emails) or None,
                )
                for kind, percent in (("FORECASTED", args.forecast_percent), ("ACTUAL", args.actual_percent))
            ],
            opts=ResourceOptions(parent=self),
        )
        self.name = budget.name
        self.register_outputs({"name": self.name})
