import json
from typing import Any

import pulumi
import pytest

from components.notifications import (
    AlertChannel,
    AlertChannelArgs,
    AlertRoute,
    Notifications,
    NotificationsArgs,
    SlackChannel,
    SlackWebhook,
    channel_for,
)
from preview.graph import Graph, Resource
from tests.components.conftest import ACCOUNT, build, check_contract

ALIAS = "aws:kms/alias:Alias"
CHATBOT = "aws:chatbot/slackChannelConfiguration:SlackChannelConfiguration"
FUNCTION = "aws:lambda/function:Function"
KEY = "aws:kms/key:Key"
LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"
PERMISSION = "aws:lambda/permission:Permission"
POLICY = "aws:sns/topicPolicy:TopicPolicy"
ROLE = "aws:iam/role:Role"
ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy"
RULE = "aws:cloudwatch/eventRule:EventRule"
SUBSCRIPTION = "aws:sns/topicSubscription:TopicSubscription"
TARGET = "aws:cloudwatch/eventTarget:EventTarget"
TOPIC = "aws:sns/topic:Topic"

CHANNEL = SlackChannel(team_id="T07EA123LEP", channel_id="C07EZ1ABC23")
WEBHOOK = SlackWebhook(
    secret="power-pto/slack-webhook",
    secret_arn="arn:aws:secretsmanager:us-east-1:123456789012:secret:power-pto/slack-webhook-AbCdEf",
    key_arn="arn:aws:kms:us-east-1:123456789012:key/secrets",
)
PAGERDUTY = "https://events.pagerduty.example/integration/KEY/enqueue"
CHANNELS = {
    AlertChannel.PAGE: AlertChannelArgs(
        emails=["ops@rupaya.example"], https={"pagerduty": PAGERDUTY}, slack_channels=[CHANNEL]
    ),
    AlertChannel.DATABASE: AlertChannelArgs(emails=["dba@rupaya.example"]),
    AlertChannel.TEAM: AlertChannelArgs(
        emails=["team@rupaya.example", "ops@rupaya.example"], slack_channels=[CHANNEL], slack_webhooks=[WEBHOOK]
    ),
}


def args(**changes: Any) -> NotificationsArgs:
    given: dict[str, Any] = {
        "name_prefix": "rupaya-production",
        "account_id": ACCOUNT,
        "region": "us-east-1",
        "channels": CHANNELS,
        "cluster_name": "rupaya-production",
    }
    return NotificationsArgs(**{**given, **changes})


def recorded(**changes: Any) -> Graph:
    return build(lambda: Notifications("notifications", args(**changes)))


@pytest.fixture(scope="module")
def everything() -> Graph:
    return recorded()


@pytest.fixture(scope="module")
def elsewhere() -> Graph:
    return recorded(region="eu-west-1", health_checks=True)


def arn(graph: Graph, topic: str) -> object:
    return graph.one(TOPIC, f"notifications-{topic}").outputs["arn"]


def statements(resource: Resource) -> dict[str, Any]:
    return {statement["Sid"]: statement for statement in json.loads(str(resource.inputs["policy"]))["Statement"]}


@pytest.mark.parametrize("changes", [{}, {"region": "eu-west-1", "health_checks": True}])
def test_contract(changes: dict[str, Any]) -> None:
    check_contract(lambda: Notifications("notifications", args(**changes)))


def test_a_topic_for_each_audience(everything: Graph) -> None:
    assert sorted(topic.name for topic in everything.of(TOPIC)) == [
        "notifications-database",
        "notifications-page",
        "notifications-team",
    ]
    only = recorded(channels={AlertChannel.TEAM: AlertChannelArgs(emails=["team@rupaya.example"])})
    assert [topic.name for topic in only.of(TOPIC)] == ["notifications-team"]


def test_topics_are_encrypted_with_a_key_that_publishers_may_use(everything: Graph) -> None:
    key = everything.one(KEY)
    for topic in everything.of(TOPIC):
        assert topic.inputs["kmsMasterKeyId"] == key.outputs["arn"]
    services = {statement["Principal"].get("Service") for statement in statements(key).values()}
    assert {"cloudwatch.amazonaws.com", "events.amazonaws.com"} <= services
    assert key.protect
    assert not recorded(protect=False).one(KEY).protect
    assert recorded(key_deletion_days=7).has(KEY, deletionWindowInDays=7)


@pytest.mark.parametrize("topic", ["page", "database", "team"])
def test_who_may_publish(everything: Graph, topic: str) -> None:
    policy = everything.one(POLICY, f"notifications-{topic}")
    assert policy.inputs["arn"] == arn(everything, topic)
    found = statements(policy)
    assert all(statement["Resource"] == [arn(everything, topic)] for statement in found.values())
    own = {"StringEquals": {"aws:SourceAccount": ACCOUNT}}
    assert {
        statement["Principal"]["Service"]: statement.get("Condition")
        for statement in found.values()
        if "Service" in statement["Principal"]
    } == {
        "backup.amazonaws.com": own,
        "budgets.amazonaws.com": own,
        "cloudwatch.amazonaws.com": own,
        "events.rds.amazonaws.com": own,
        # EventBridge does not say on whose behalf it publishes: with a condition nothing would ever arrive.
        "events.amazonaws.com": None,
    }
    assert found["Owner"]["Principal"] == {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
    assert "sns:Subscribe" in found["Owner"]["Action"]
    assert found["OnlyTls"]["Effect"] == "Deny"
    assert found["OnlyTls"]["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_topics_are_known_once_they_take_messages() -> None:
    def program() -> None:
        import pulumi_aws as aws  # noqa: PLC0415 - only where a test needs it

        topic = Notifications("notifications", args()).topics[AlertChannel.PAGE]
        aws.ssm.Parameter("topic", type="String", value=topic)

    graph = build(program)
    reader = graph.one("aws:ssm/parameter:Parameter")
    policy = graph.one(POLICY, "notifications-page")
    assert policy.urn in reader.property_dependencies["value"]


def test_e_mail(everything: Graph) -> None:
    found = {(s.inputs["topic"], s.inputs["endpoint"]) for s in everything.all(SUBSCRIPTION, protocol="email")}
    assert found == {
        (arn(everything, "page"), "ops@rupaya.example"),
        (arn(everything, "database"), "dba@rupaya.example"),
        (arn(everything, "team"), "team@rupaya.example"),
        (arn(everything, "team"), "ops@rupaya.example"),
    }


def test_https_endpoints_stay_secret(everything: Graph) -> None:
    subscription = everything.one(SUBSCRIPTION, protocol="https")
    assert subscription.inputs["topic"] == arn(everything, "page")
    assert subscription.inputs["endpoint"] == PAGERDUTY
    assert subscription.inputs["endpointAutoConfirms"] is True
    assert "endpoint" in subscription.secrets
    for resource in everything.resources:
        shown = {key: value for key, value in resource.inputs.items() if key not in resource.secrets}
        assert PAGERDUTY not in json.dumps(shown), resource
    assert not [outputs for outputs in everything.registered_outputs.values() if PAGERDUTY in json.dumps(outputs)]


def test_a_secret_url_may_come_from_elsewhere() -> None:
    def program() -> None:
        page = AlertChannelArgs(https={"pagerduty": pulumi.Output.secret(PAGERDUTY)})
        Notifications("notifications", args(channels={AlertChannel.PAGE: page}))

    subscription = build(program).one(SUBSCRIPTION, endpoint=PAGERDUTY)
    assert "endpoint" in subscription.secrets


def test_one_slack_channel_hears_all_its_topics(everything: Graph) -> None:
    configuration = everything.one(CHATBOT)
    assert configuration.inputs["snsTopicArns"] == [arn(everything, "page"), arn(everything, "team")]
    assert configuration.inputs["slackTeamId"] == "T07EA123LEP"
    assert configuration.inputs["slackChannelId"] == "C07EZ1ABC23"
    assert configuration.inputs["region"] == "us-east-2"
    assert recorded(chatbot_region="eu-west-1").has(CHATBOT, region="eu-west-1")


def test_slack_only_reads(everything: Graph) -> None:
    configuration = everything.one(CHATBOT)
    reading = "arn:aws:iam::aws:policy/CloudWatchReadOnlyAccess"
    assert configuration.inputs["guardrailPolicyArns"] == [reading]
    attachment = everything.one("aws:iam/rolePolicyAttachment:RolePolicyAttachment", policyArn=reading)
    role = everything.one(ROLE, "notifications-chatbot")
    assert configuration.inputs["iamRoleArn"] == role.outputs["arn"]
    assert attachment.inputs["role"] == role.outputs["name"]
    assert attachment in everything.direct(configuration)
    assert "chatbot.amazonaws.com" in str(role.inputs["assumeRolePolicy"])
    assert role.inputs["path"] == "/rupaya-production/"


def test_without_slack_there_is_nothing_of_it() -> None:
    graph = recorded(channels={AlertChannel.TEAM: AlertChannelArgs(emails=["team@rupaya.example"])})
    for type_ in (CHATBOT, ROLE, FUNCTION, LOG_GROUP, PERMISSION):
        assert not graph.of(type_), type_


def test_the_function_that_calls_a_webhook(everything: Graph) -> None:
    function = everything.one(FUNCTION)
    assert function.inputs["runtime"] == "python3.13"
    assert function.inputs["architectures"] == ["arm64"]
    assert function.inputs["environment"] == {"variables": {"WEBHOOK_SECRET": WEBHOOK.secret}}
    assert function.inputs["handler"] == "handler.handler"
    assert "vpcConfig" not in function.inputs
    log = everything.one(LOG_GROUP)
    assert function.inputs["loggingConfig"] == {"logFormat": "Text", "logGroup": log.outputs["name"]}
    assert everything.one(ROLE_POLICY) in everything.direct(function)
    kept = recorded(log_days=30, log_key_arn="arn:aws:kms:us-east-1:123456789012:key/logs")
    assert kept.has(LOG_GROUP, retentionInDays=30, kmsKeyId="arn:aws:kms:us-east-1:123456789012:key/logs")


def test_what_the_function_may_do(everything: Graph) -> None:
    policy = everything.one(ROLE_POLICY)
    allowed = {
        action: statement["Resource"]
        for statement in json.loads(str(policy.inputs["policy"]))["Statement"]
        for action in statement["Action"]
    }
    log = [f"{everything.one(LOG_GROUP).outputs['arn']}:*"]
    assert allowed == {
        "logs:CreateLogStream": log,
        "logs:PutLogEvents": log,
        "secretsmanager:GetSecretValue": [WEBHOOK.secret_arn],
        "kms:Decrypt": [WEBHOOK.key_arn],
    }


def test_a_secret_that_is_there_already_is_found_by_name() -> None:
    team = AlertChannelArgs(slack_webhooks=[SlackWebhook(secret="power-pto/slack-webhook")])
    policy = str(recorded(channels={AlertChannel.TEAM: team}).one(ROLE_POLICY).inputs["policy"])
    assert f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:power-pto/slack-webhook-??????" in policy
    assert "kms:" not in policy


def test_long_names_of_secrets_leave_room_in_generated_names_and_stay_apart() -> None:
    long = [SlackWebhook(secret=f"{'team/' * 20}{end}") for end in ("one", "two")]
    graph = recorded(channels={AlertChannel.TEAM: AlertChannelArgs(slack_webhooks=long)})
    names = {resource.name for type_ in (ROLE, FUNCTION) for resource in graph.of(type_)}
    # Roles and functions have 64 characters; "observability-" comes before, a hyphen and seven digits behind.
    assert len(names) == 2
    assert all(len(f"observability-{name}-0123456") <= 64 for name in names)


def test_only_its_topics_may_call_the_function(everything: Graph) -> None:
    permission, function = everything.one(PERMISSION), everything.one(FUNCTION)
    assert permission.inputs["principal"] == "sns.amazonaws.com"
    assert permission.inputs["sourceArn"] == arn(everything, "team")
    assert permission.inputs["function"] == function.outputs["name"]
    subscription = everything.one(SUBSCRIPTION, protocol="lambda")
    assert subscription.inputs["endpoint"] == function.outputs["arn"]
    assert subscription.inputs["topic"] == arn(everything, "team")
    assert permission in everything.direct(subscription)


def test_one_function_for_a_webhook_of_several_topics() -> None:
    both = AlertChannelArgs(slack_webhooks=[WEBHOOK])
    graph = recorded(channels={AlertChannel.PAGE: both, AlertChannel.TEAM: both})
    assert len(graph.of(FUNCTION)) == 1
    assert {p.inputs["sourceArn"] for p in graph.of(PERMISSION)} == {arn(graph, "page"), arn(graph, "team")}


def pattern(graph: Graph, name: str) -> Any:
    return json.loads(str(graph.one(RULE, f"notifications-{name}").inputs["eventPattern"]))


def test_deployments_are_reported(everything: Graph) -> None:
    assert pattern(everything, "deployments") == {
        "source": ["aws.ecs"],
        "detail-type": ["ECS Deployment State Change"],
        "resources": [{"prefix": f"arn:aws:ecs:us-east-1:{ACCOUNT}:service/rupaya-production/"}],
        "detail": {
            "eventName": [
                "SERVICE_DEPLOYMENT_COMPLETED",
                "SERVICE_DEPLOYMENT_FAILED",
                "SERVICE_DEPLOYMENT_IN_PROGRESS",
            ]
        },
    }


CLUSTER = f"arn:aws:ecs:us-east-1:{ACCOUNT}:cluster/rupaya-production"


def matches(wanted: Any, detail: Any) -> bool:
    """Match an event's part as EventBridge does, as far as these patterns go."""
    if isinstance(wanted, list):
        values = detail if isinstance(detail, list) else [detail]
        return any(value is not None and _value(each, value) for each in wanted for value in values)
    if isinstance(detail, list):
        return any(matches(wanted, each) for each in detail)
    alternatives = wanted.get("$or", [{}])
    rest = {key: value for key, value in wanted.items() if key != "$or"}
    return any(
        all(matches(value, detail.get(key)) for key, value in {**rest, **alternative}.items())
        for alternative in alternatives
    )


def _value(wanted: Any, value: Any) -> bool:
    if isinstance(wanted, dict):
        if "prefix" in wanted:
            return bool(str(value).startswith(wanted["prefix"]))
        return value not in wanted["anything-but"]
    return bool(wanted == value)


@pytest.mark.parametrize(
    ("changes", "reported"),
    [
        ({}, True),
        ({"stopCode": "TaskFailedToStart", "group": "family:migrate"}, True),
        ({"containers": [{"name": "api", "exitCode": 0}]}, True),  # a service's task has no reason to end
        ({"stopCode": "ServiceSchedulerInitiated"}, False),
        ({"stopCode": "UserInitiated"}, False),
        ({"clusterArn": f"{CLUSTER}-other"}, False),
        ({"lastStatus": "RUNNING"}, False),
        ({"group": "family:migrate"}, True),
        ({"group": "family:migrate", "containers": [{"name": "api", "exitCode": 0}]}, False),
        ({"group": "family:migrate", "containers": [{"exitCode": 0}, {"exitCode": 2}]}, True),
    ],
)
def test_tasks_that_fail_are_reported(everything: Graph, changes: dict[str, Any], reported: bool) -> None:  # noqa: FBT001 - a case
    detail = {
        "clusterArn": CLUSTER,
        "lastStatus": "STOPPED",
        "stopCode": "EssentialContainerExited",
        "group": "service:api",
        "containers": [{"name": "api", "exitCode": 1}],
        **changes,
    }
    assert matches(pattern(everything, "tasks")["detail"], detail) is reported


def test_services_that_cannot_start_tasks_are_reported(everything: Graph) -> None:
    found = pattern(everything, "services")
    assert found["detail-type"] == ["ECS Service Action"]
    assert found["detail"] == {"clusterArn": [CLUSTER], "eventType": ["ERROR", "WARN"]}


def test_ecs_reports_to_the_team(everything: Graph) -> None:
    targets = everything.of(TARGET)
    assert {target.inputs["arn"] for target in targets} == {arn(everything, "team")}
    assert {target.inputs["rule"] for target in targets} == {rule.outputs["name"] for rule in everything.of(RULE)}
    assert len(targets) == 3
    for target in targets:
        assert everything.one(POLICY, "notifications-team") in everything.direct(target)
        assert "inputTransformer" not in target.inputs, "AWS Chatbot shows only events it knows"
    pager = recorded(channels={AlertChannel.PAGE: CHANNELS[AlertChannel.PAGE]})
    assert {target.inputs["arn"] for target in pager.of(TARGET)} == {arn(pager, "page")}


def test_without_a_cluster_nothing_is_reported() -> None:
    assert not recorded(cluster_name=None).of(RULE)


def test_health_checks_page_in_us_east_1(elsewhere: Graph) -> None:
    topic = elsewhere.one(TOPIC, "notifications-health")
    key = elsewhere.one(KEY, "notifications-health-key-key")
    assert topic.inputs["kmsMasterKeyId"] == key.outputs["arn"]
    there = {topic.urn, key.urn, *(r.urn for r in elsewhere.resources if r.inputs.get("topic") == topic.outputs["arn"])}
    there.add(elsewhere.one(POLICY, "notifications-health").urn)
    there.add(elsewhere.one(ALIAS, "notifications-health-key-alias").urn)
    for resource in elsewhere.resources:
        if "region" in resource.inputs:
            wanted = "us-east-1" if resource.urn in there else "us-east-2" if resource.type == CHATBOT else "eu-west-1"
            assert resource.inputs["region"] == wanted, resource
    heard = {
        (s.inputs["protocol"], s.inputs["endpoint"]) for s in elsewhere.all(SUBSCRIPTION, topic=topic.outputs["arn"])
    }
    assert heard == {("email", "ops@rupaya.example"), ("https", PAGERDUTY)}
    assert topic.outputs["arn"] in elsewhere.one(CHATBOT).inputs["snsTopicArns"]  # type: ignore[operator] # a list
    outputs = elsewhere.registered_outputs[elsewhere.one("slipway:index:Notifications").urn]
    assert outputs["health_topic"] == topic.outputs["arn"]


def test_a_webhook_hears_health_checks_from_its_own_region() -> None:
    graph = recorded(
        region="eu-west-1", health_checks=True, channels={AlertChannel.PAGE: AlertChannelArgs(slack_webhooks=[WEBHOOK])}
    )
    assert {f.inputs["region"] for f in graph.of(FUNCTION)} == {"eu-west-1"}
    assert {p.inputs["sourceArn"] for p in graph.of(PERMISSION)} == {arn(graph, "page"), arn(graph, "health")}
    assert graph.one(SUBSCRIPTION, topic=arn(graph, "health")).inputs["region"] == "us-east-1"
    assert {p.inputs["region"] for p in graph.of(PERMISSION)} == {"eu-west-1"}


def test_health_checks_share_the_pager_where_the_stack_is_in_us_east_1() -> None:
    graph = recorded(health_checks=True)
    assert len(graph.of(TOPIC)) == 3
    outputs = graph.registered_outputs[graph.one("slipway:index:Notifications").urn]
    assert outputs["health_topic"] == arn(graph, "page")


def test_outputs(everything: Graph) -> None:
    assert everything.registered_outputs[everything.one("slipway:index:Notifications").urn] == {
        "topics": {channel: arn(everything, channel) for channel in ("page", "database", "team")},
        "key_arn": everything.one("aws:kms/key:Key", "notifications-key-key").outputs["arn"],
        "notifiers": {"power-pto/slack-webhook": everything.one(FUNCTION).outputs["name"]},
    }


@pytest.mark.parametrize(
    ("route", "channels", "told"),
    [
        (AlertRoute.CRITICAL, list(AlertChannel), AlertChannel.PAGE),
        (AlertRoute.DATABASE, list(AlertChannel), AlertChannel.DATABASE),
        (AlertRoute.WARNING, list(AlertChannel), AlertChannel.TEAM),
        (AlertRoute.CRITICAL, [AlertChannel.DATABASE, AlertChannel.TEAM], AlertChannel.TEAM),
        (AlertRoute.DATABASE, [AlertChannel.PAGE, AlertChannel.TEAM], AlertChannel.PAGE),
        (AlertRoute.WARNING, [AlertChannel.PAGE], AlertChannel.PAGE),
        (AlertRoute.CRITICAL, [], None),
    ],
)
def test_who_is_told(route: AlertRoute, channels: list[AlertChannel], told: AlertChannel | None) -> None:
    assert channel_for(route, channels) is told


@pytest.mark.parametrize(
    ("recipients", "problem"),
    [
        ({"emails": ["team"]}, "channels.team.emails: 'team' is not an e-mail address"),
        (
            {"emails": ["a.b@c.example", "a-b@c.example"]},
            "channels.team.emails: more than one would be called 'a-b-c-ex",
        ),
        ({"https": {"pager": "http://pager.example/KEY"}}, "channels.team.https.pager: does not begin with https://"),
        (
            {"slack_channels": [SlackChannel(team_id="t1", channel_id="C07EZ1ABC23")]},
            "channels.team.slack_channels: 't1' is not a workspace's id, such as T07EA123LEP",
        ),
        (
            {"slack_channels": [SlackChannel(team_id="T07EA123LEP", channel_id="#rupaya-ops")]},
            "channels.team.slack_channels: '#rupaya-ops' is not a channel's id, such as C07EZ1ABC23",
        ),
        (
            {"slack_webhooks": [SlackWebhook(secret="my webhook")]},
            "channels.team.slack_webhooks: 'my webhook' is not a",
        ),
    ],
)
def test_refuses_recipients(recipients: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValueError, match=r"^NotificationsArgs\.") as error:
        args(channels={AlertChannel.TEAM: AlertChannelArgs(**recipients)})
    assert problem in str(error.value)
    assert "KEY" not in str(error.value)


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"channels": {}}, "channels: none given; at least one of page, database or team is needed"),
        (
            {"chatbot_region": "us-east-1"},
            "chatbot_region: 'us-east-1' has no Amazon Q Developer in chat applications; allowed: us-east-2, us-west-2,",
        ),
        ({"log_days": 42}, "log_days: 42 is not a retention"),
        ({"cluster_name": "no name"}, "cluster_name: 'no name' is not an ECS name"),
    ],
)
def test_refuses_what_aws_refuses(changes: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValueError, match=r"^NotificationsArgs\.") as error:
        args(**changes)
    assert problem in str(error.value)


def test_malware_and_what_could_not_be_scanned_are_told_of() -> None:
    def told(**changes: Any) -> dict[str, tuple[Any, Any]]:
        graph = build(lambda: Notifications("n", args(scanned_bucket="files", cluster_name=None, **changes)))
        topics = {topic.outputs["arn"]: topic.name for topic in graph.of(TOPIC)}
        targets = {target.name: topics[target.inputs["arn"]] for target in graph.of(TARGET)}
        return {
            rule.name: (targets[rule.name], json.loads(str(rule.inputs["eventPattern"]))) for rule in graph.of(RULE)
        }

    there = {"s3ObjectDetails": {"bucketName": ["files"]}}
    found = told()
    assert {name: topic for name, (topic, _) in found.items()} == {
        "n-malware": "n-team", "n-unscanned": "n-team", "n-untagged": "n-team"
    }  # fmt: skip
    assert found["n-malware"][1] == {
        "source": ["aws.guardduty"],
        "detail-type": ["GuardDuty Malware Protection Object Scan Result"],
        "detail": {**there, "scanResultDetails": {"scanResultStatus": ["THREATS_FOUND"]}},
    }
    assert found["n-unscanned"][1]["detail"]["scanResultDetails"] == {
        "scanResultStatus": ["ACCESS_DENIED", "FAILED", "UNSUPPORTED"]
    }
    assert found["n-untagged"][1]["detail"] == there
    assert told(malware_route=AlertRoute.CRITICAL)["n-malware"][0] == "n-page"
