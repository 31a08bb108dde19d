from typing import Any

import pytest

from components.budget import Budget, BudgetArgs
from preview.graph import Graph
from tests.components.conftest import ACCOUNT, build, check_contract

BUDGET = "aws:budgets/budget:Budget"
TOPIC = f"arn:aws:sns:eu-central-1:{ACCOUNT}:team"


def args(**changes: Any) -> BudgetArgs:
    given: dict[str, Any] = {"name_prefix": "storefront-production", "monthly_usd": 265, "topic_arn": TOPIC}
    return BudgetArgs(**{**given, **changes})


def recorded(**changes: Any) -> Graph:
    return build(lambda: Budget("budget", args(**changes)))


def notifications(graph: Graph) -> Any:
    return graph.one(BUDGET).inputs["notifications"]


def test_contract() -> None:
    check_contract(lambda: Budget("budget", args()))


def test_is_the_figure_a_month() -> None:
    assert recorded().has(
        BUDGET,
        name="storefront-production",
        budgetType="COST",
        limitAmount="265.00",
        limitUnit="USD",
        timeUnit="MONTHLY",
    )
    assert recorded(monthly_usd=99.5).has(BUDGET, limitAmount="99.50")


def test_warns_by_forecast_and_by_cost() -> None:
    common = {
        "comparisonOperator": "GREATER_THAN",
        "thresholdType": "PERCENTAGE",
        "subscriberSnsTopicArns": [TOPIC],
    }
    assert notifications(recorded()) == [
        {**common, "notificationType": "FORECASTED", "threshold": 80},
        {**common, "notificationType": "ACTUAL", "threshold": 100},
    ]
    changed = notifications(recorded(forecast_percent=90, actual_percent=120))
    assert [(n["notificationType"], n["threshold"]) for n in changed] == [("FORECASTED", 90), ("ACTUAL", 120)]


def test_tells_people_by_mail() -> None:
    for notification in notifications(recorded(topic_arn=None, emails=["ops@example.com"])):
        assert notification["subscriberEmailAddresses"] == ["ops@example.com"]
        assert "subscriberSnsTopicArns" not in notification


def test_counts_what_carries_a_tag_or_the_whole_account() -> None:
    assert "costFilters" not in recorded().one(BUDGET).inputs
    assert recorded(tag=("app", "storefront")).one(BUDGET).inputs["costFilters"] == [
        {"name": "TagKeyValue", "values": ["user:app$storefront"]}
    ]


def test_outputs() -> None:
    graph = recorded()
    component = graph.one("slipway:index:Budget")
    assert graph.registered_outputs[component.urn] == {"name": "storefront-production"}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"monthly_usd": 0}, "BudgetArgs.monthly_usd: 0 is not an amount above 0"),
        ({"monthly_usd": float("nan")}, "BudgetArgs.monthly_usd: nan is not an amount above 0"),
        ({"topic_arn": None}, "BudgetArgs.emails: neither these nor topic_arn given: nobody would be told"),
        ({"emails": ["ops"]}, "BudgetArgs.emails: 'ops' is not an e-mail address"),
        ({"emails": [f"p{n}@example.com" for n in range(11)]}, "BudgetArgs.emails: 11 given; at most 10 are allowed"),
        ({"forecast_percent": 0}, "BudgetArgs.forecast_percent: 0 is outside 1 to 1000"),
        ({"actual_percent": 1001}, "BudgetArgs.actual_percent: 1001 is outside 1 to 1000"),
    ],
)
def test_what_aws_refuses_is_refused_before(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=r"BudgetArgs\.") as caught:
        args(**changes)
    assert message in str(caught.value)
