import json
import re
from typing import Any

import pytest

from components import _log_router as log_routers
from components._log_router import LogRouterArgs, configuration

ROUTES = {"errors": "/ecs/shop/errors", "access": "/ecs/shop/access"}

CONFIGURATION = r"""[SERVICE]
    Flush 1
    Grace 30
    HTTP_Server On
    HTTP_Listen 127.0.0.1
    HTTP_Port 2020

[FILTER]
    Name rewrite_tag
    Match_Regex ^[A-Za-z0-9_-]+-firelens-
    Rule $log ^\s*\{.*\x22log_type\x22\s*:\s*\x22access\x22 access.$TAG false
    Rule $log ^\s*\{.*\x22log_type\x22\s*:\s*\x22errors\x22 errors.$TAG false
    Emitter_Name log_type
    Emitter_Mem_Buf_Limit 25M

[OUTPUT]
    Match access.*
    Name cloudwatch_logs
    region eu-west-1
    log_group_name /ecs/shop/access
    log_stream_prefix tasks/
    log_key log
    auto_create_group false
    Retry_Limit 5

[OUTPUT]
    Match errors.*
    Name cloudwatch_logs
    region eu-west-1
    log_group_name /ecs/shop/errors
    log_stream_prefix tasks/
    log_key log
    auto_create_group false
    Retry_Limit 5
"""


def test_the_whole_configuration() -> None:
    assert configuration(ROUTES, "eu-west-1") == CONFIGURATION


def rules() -> list[tuple[str, str, str, str]]:
    """Return the rules in their four words: field, expression, new tag and whether the line goes on as well."""
    lines = [line.split() for line in configuration(ROUTES, "eu-west-1").splitlines() if "Rule " in line]
    return [(field, expression, tag, keep) for _, field, expression, tag, keep in lines]


def kind(line: str) -> str:
    """Return where Fluent Bit sends a line: the first rule whose expression is found in it wins."""
    found = [tag for _, expression, tag, _ in rules() if re.search(expression, line)]
    return found[0].partition(".")[0] if found else ""


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        (json.dumps({"log_type": "access", "path": "/"}), "access"),
        (json.dumps({"message": "no", "log_type": "errors"}), "errors"),
        (json.dumps({"log_type": "access"}, separators=(",", ":")), "access"),
        ('  { "log_type" : "errors" }', "errors"),
        (json.dumps({"log_type": "accessory"}), ""),
        (json.dumps({"log_type": "application"}), ""),
        (json.dumps({"log_type": ["access"]}), ""),
        (json.dumps({"other_log_type": "access"}), ""),
        (json.dumps({"message": 'they sent {"log_type": "access"}'}), ""),
        (json.dumps({"message": json.dumps({"log_type": "errors"}), "log_type": "access"}), "access"),
        ('Traceback: "log_type": "errors"', ""),
        ("", ""),
    ],
)
def test_a_line_goes_where_its_log_type_says(line: str, wanted: str) -> None:
    assert kind(line) == wanted


def test_a_line_that_is_sent_on_is_not_routed_again() -> None:
    (pattern,) = re.findall(r"Match_Regex (\S+)", CONFIGURATION)
    tag = "api-firelens-0123456789abcdef"
    assert re.search(pattern, tag)
    for _, _, template, keep in rules():
        new = template.replace("$TAG", tag)
        assert keep == "false"
        assert not re.search(pattern, new)
        assert not new.startswith("api-firelens"), "the container's own output takes what begins so"


def test_what_the_application_wrote_reaches_the_group_as_it_is() -> None:
    logging: Any = log_routers.log_configuration("/ecs/shop", "eu-west-1")
    assert logging == {
        "logDriver": "awsfirelens",
        "options": {
            "Name": "cloudwatch_logs",
            "region": "eu-west-1",
            "log_group_name": "/ecs/shop",
            "log_stream_prefix": "tasks/",
            "log_key": "log",
            "auto_create_group": "false",
            "Retry_Limit": "5",
        },
    }


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"routes": {}}, "LogRouterArgs.routes: none given"),
        ({"routes": {"a b": "/x"}}, "LogRouterArgs.routes: 'a b' is not at most 24 lower-case letters"),
        ({"routes": {"access": "/x y"}}, "LogRouterArgs.routes: '/x y' is not a log group's name"),
        ({"routes": {"access": "/x", "errors": "/x"}}, "LogRouterArgs.routes: two lead to one log group"),
        ({"memory_mib": 31}, "LogRouterArgs.memory_mib: 31 is below 32"),
    ],
)
def test_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match="LogRouterArgs") as error:
        LogRouterArgs(**{"routes": ROUTES, "image": "x/router:1", **changes})
    assert message in str(error.value)
