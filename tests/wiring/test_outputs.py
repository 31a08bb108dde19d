from tests.settings.files import GONE
from tests.wiring.given import graph


def test_outputs_say_what_the_stack_has() -> None:
    shown = graph({}).exports
    assert shown["url"] == "https://shop.example.com"
    assert str(shown["dashboardUrl"]).startswith(
        "https://us-east-1.console.aws.amazon.com/cloudwatch/home?region=us-east-1#"
    )
    assert {"databaseHost", "cacheHost", "mediaBucket", "deployRoleArn", "previewRoleArn", "topicArns"} <= shown.keys()
    assert not {"cdnDomainName", "databaseReplicaHost", "wakeCommands"} & shown.keys()


def test_outputs_leave_out_what_the_stack_has_not() -> None:
    shown = graph({"slipway:delivery": GONE, "slipway:dashboard": GONE, "slipway:media": GONE} | NO_MEDIA).exports
    assert not {"deployRoleArn", "previewRoleArn", "dashboardName", "dashboardUrl", "mediaBucket"} & shown.keys()


NO_MEDIA = {
    "slipway:services.api.uses": ["database", "cache"],
    "slipway:services.api.environment": {},
}
