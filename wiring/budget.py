"""What a month may cost."""

from __future__ import annotations

from components.budget import BudgetArgs
from components.observability import Observability
from wiring.context import StackContext
from wiring.observability import topic
from wiring.provider import tags


def args(context: StackContext, observability: Observability | None) -> BudgetArgs | None:
    """Return the budget's arguments, or None where the stack has none."""
    budget = context.settings.budget
    if budget is None:
        return None
    return BudgetArgs(
        name_prefix=context.name_prefix,
        monthly_usd=budget.monthly_usd,
        topic_arn=topic(observability, budget.notify) if budget.notify else None,
        emails=budget.emails,
        tag=(budget.by_tag, tags(context.settings)[budget.by_tag]) if budget.by_tag else None,
    )
