"""What each command asks of AWS, tells and returns."""

from __future__ import annotations

import datetime as dt
import json
import urllib.error
import urllib.request
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError  # type: ignore[import-untyped] # has no types of its own
from botocore.stub import ANY  # type: ignore[import-untyped] # as above

from operations import __main__ as command_line
from operations import _stack as stacks
from operations import audit, environment, restore_drill, status
from operations._command import INTERRUPTED, OK, REFUSED, UNREACHABLE, WRONG, told
from preview import project, stackfile
from settings import parse
from tests.operations.conftest import ACCOUNT, ECS, ROOT, Operator

CLUSTER = "storefront-production"
TASK = f"{ECS}:task/{CLUSTER}/0123456789abcdef"
DATABASE = "storefront-production"
RUN_TASK = {"tasks": [{"taskArn": TASK}], "failures": []}


def ended(code: int | None = 0, **more: Any) -> dict[str, Any]:
    container = {"name": "api", **({} if code is None else {"exitCode": code})}
    return {"tasks": [{"taskArn": TASK, "lastStatus": "STOPPED", "containers": [container], **more}]}


class TestVerify:
    def test_all_well(self, operator: Operator) -> None:
        operator.describes(*(operator.service(key) for key in ("api", "frontend", "worker")))
        for key in ("api",):
            operator.describes(operator.service(key))
        assert operator.run("verify", "--service", "api", "--json") == OK
        assert operator.json == {
            "verified": True,
            "services": {"api": {"runs": "storefront-production-api:8", "problem": None}},
        }

    def test_a_service_that_went_back_is_refused_with_its_reasons(self, operator: Operator) -> None:
        gone_back = operator.service(revision=8)
        former = {**gone_back["deployments"][0], "taskDefinition": f"{ECS}:task-definition/storefront-production-api:7"}
        operator.describes(operator.service())
        for _ in range(3):
            operator.describes({**gone_back, "deployments": [former]})
        operator.answer("ecs", "list_tasks", {"taskArns": []})
        assert operator.run("verify", "--service", "api") == REFUSED
        assert "api runs storefront-production-api:7 instead of storefront-production-api:8; ECS went back." in (
            operator.out.getvalue()
        )

    def test_a_service_that_is_not_deployed(self, operator: Operator) -> None:
        operator.describes()
        assert operator.run("verify", "--service", "api") == REFUSED
        assert "cluster storefront-production in us-east-1 has no service api; deploy first" in operator.said


class TestRun:
    def test_the_command_runs_with_the_services_network_and_its_exit_code_counts(self, operator: Operator) -> None:
        operator.describes(operator.service())
        operator.answer(
            "ecs",
            "run_task",
            RUN_TASK,
            {
                "cluster": CLUSTER,
                "taskDefinition": f"{ECS}:task-definition/storefront-production-api:8",
                "count": 1,
                "launchType": "FARGATE",
                "networkConfiguration": {
                    "awsvpcConfiguration": {
                        "subnets": ["subnet-a"],
                        "securityGroups": ["sg-1"],
                        "assignPublicIp": "DISABLED",
                    }
                },
                "overrides": {"containerOverrides": [{"name": "api", "command": ["python", "-m", "app.backfill"]}]},
                "startedBy": "slipway/run/api",
                "clientToken": ANY,
                "enableECSManagedTags": True,
                "propagateTags": "TASK_DEFINITION",
            },
        )
        operator.answer("ecs", "describe_tasks", {"tasks": [{"taskArn": TASK, "lastStatus": "RUNNING"}]})
        operator.stub("logs").add_client_error("get_log_events", "ResourceNotFoundException")
        operator.answer("ecs", "describe_tasks", ended(4))
        lines = {"events": [{"message": "12 rows\n"}], "nextForwardToken": "t"}
        operator.answer("logs", "get_log_events", lines)
        operator.answer("logs", "get_log_events", {"events": [], "nextForwardToken": "u"})
        operator.answer("logs", "get_log_events", {"events": [{"message": "done\n"}], "nextForwardToken": "v"})
        for _ in range(2):
            operator.answer("logs", "get_log_events", {"events": [], "nextForwardToken": "v"})
        assert operator.run("run", "--service", "api", "--json", "--", "python", "-m", "app.backfill") == REFUSED
        assert operator.json["exitCode"] == 4
        assert "  12 rows\n  done\n" in operator.said

    def test_an_interrupt_stops_the_task(self, operator: Operator) -> None:
        operator.describes(operator.service())
        operator.answer("ecs", "run_task", RUN_TASK)
        operator.answer("ecs", "describe_tasks", {"tasks": [{"taskArn": TASK, "lastStatus": "RUNNING"}]})
        operator.stub("logs").add_client_error("get_log_events", "ResourceNotFoundException")
        operator.answer("ecs", "stop_task", {}, {"cluster": CLUSTER, "task": TASK, "reason": ANY})

        def interrupt() -> None:
            raise KeyboardInterrupt

        assert operator.run("run", "--service", "api", "--", "sleep", "9", on_sleep=interrupt) == INTERRUPTED
        assert f"{TASK} is stopped" in operator.said

    def test_a_task_is_stopped_where_aws_can_no_longer_be_asked(self, operator: Operator) -> None:
        operator.describes(operator.service())
        operator.answer("ecs", "run_task", RUN_TASK)
        operator.stub("ecs").add_client_error("describe_tasks", "ThrottlingException")
        operator.answer("ecs", "stop_task", {}, {"cluster": CLUSTER, "task": TASK, "reason": ANY})
        assert operator.run("run", "--service", "api", "--", "sleep", "9") == UNREACHABLE
        assert f"{TASK} is stopped" in operator.said

    def test_and_named_where_that_fails_too(self, operator: Operator) -> None:
        operator.describes(operator.service())
        operator.answer("ecs", "run_task", RUN_TASK)
        for call in ("describe_tasks", "stop_task"):
            operator.stub("ecs").add_client_error(call, "ExpiredTokenException")
        assert operator.run("run", "--service", "api", "--", "sleep", "9") == UNREACHABLE
        assert f"aws ecs stop-task --cluster {CLUSTER} --task {TASK}" in operator.said

    def test_a_task_that_never_ends_is_stopped(self, operator: Operator) -> None:
        operator.describes(operator.service())
        operator.answer("ecs", "run_task", RUN_TASK)
        for _ in range(13):
            operator.answer("ecs", "describe_tasks", {"tasks": [{"taskArn": TASK, "lastStatus": "RUNNING"}]})
            operator.stub("logs").add_client_error("get_log_events", "ResourceNotFoundException")
        operator.answer("ecs", "stop_task", {})
        words = ("run", "--service", "api", "--timeout-minutes", "1", "--", "sleep", "99")
        assert operator.run(*words) == REFUSED
        assert "the task still runs after 1 minutes; --timeout-minutes waits longer" in operator.said

    def test_a_task_that_cannot_be_placed(self, operator: Operator) -> None:
        operator.describes(operator.service())
        operator.answer(
            "ecs", "run_task", {"tasks": [], "failures": [{"reason": "RESOURCE:ENI", "detail": "none free"}]}
        )
        assert operator.run("run", "--service", "api", "--", "true") == REFUSED
        assert "the task did not start: RESOURCE:ENI; none free" in operator.said

    def test_nothing_to_run(self, operator: Operator) -> None:
        assert operator.run("run", "--service", "api") == WRONG
        assert "what should run?" in operator.said

    def test_a_dry_run_changes_nothing(self, operator: Operator) -> None:
        operator.describes(operator.service())
        assert operator.run("run", "--service", "api", "--dry-run", "--", "true") == OK
        assert "Would run in storefront-production-api:8: true" in operator.out.getvalue()


class TestRollback:
    def revisions(self, operator: Operator) -> None:
        arns = [f"{ECS}:task-definition/storefront-production-api:{number}" for number in (6, 7, 8)]
        stranger = f"{ECS}:task-definition/storefront-production-api-migrate:9"
        operator.answer("ecs", "list_task_definitions", {"taskDefinitionArns": [stranger, *arns]})

    def test_the_last_other_image_is_what_comes_back(self, operator: Operator) -> None:
        operator.describes(operator.service())
        self.revisions(operator)
        operator.defines("api", 8, "x.dkr.ecr.us-east-1.amazonaws.com/storefront/api:new")
        operator.defines("api", 7, "x.dkr.ecr.us-east-1.amazonaws.com/storefront/api:new")
        operator.defines("api", 6, "x.dkr.ecr.us-east-1.amazonaws.com/storefront/api:0123456")
        operator.defines("api", 6, "x.dkr.ecr.us-east-1.amazonaws.com/storefront/api:0123456")
        assert operator.run("rollback", "--service", "api", "--json") == OK
        found = operator.json
        assert found["former"] == "storefront-production-api:6"
        assert found["commands"][0].endswith("--path slipway:services.api.image.tag 0123456 --type string")
        assert found["commands"][1].startswith("pulumi up --stack prod")

    def test_no_such_tag(self, operator: Operator) -> None:
        operator.describes(operator.service())
        self.revisions(operator)
        for number in (8, 7, 6):
            operator.defines("api", number, f"registry/api:{number}")
        assert operator.run("rollback", "--service", "api", "--to", "9f2c1ab") == REFUSED
        assert "no revision of storefront-production-api has the tag or number 9f2c1ab" in operator.said

    def test_now_points_the_service_at_it_and_waits(self, operator: Operator) -> None:
        operator.describes(operator.service())
        self.revisions(operator)
        operator.defines("api", 8, "registry/api:new")
        operator.defines("api", 7, "registry/api:old")
        operator.answer(
            "ecs",
            "update_service",
            {},
            {
                "cluster": CLUSTER,
                "service": "api",
                "taskDefinition": f"{ECS}:task-definition/storefront-production-api:7",
            },
        )
        operator.describes(operator.service(revision=7))
        assert operator.run("rollback", "--service", "api", "--to", "7", "--now") == OK
        assert "or the next update brings the newer image again" in operator.said


class TestRestart:
    def test_new_tasks_of_the_same_revision(self, operator: Operator) -> None:
        operator.describes(operator.service())
        request = {"cluster": CLUSTER, "service": "api", "forceNewDeployment": True}
        operator.answer("ecs", "update_service", {"service": operator.service()}, request)
        operator.describes(operator.service())
        assert operator.run("restart", "--service", "api") == OK


class TestApprove:
    def waits(self, operator: Operator, *states: str) -> None:
        operator.describes(operator.service())
        found = [{"serviceDeploymentArn": "deployment/1"}] if states else []
        operator.answer("ecs", "list_service_deployments", {"serviceDeployments": found})
        hooks = [{"hookId": f"hook-{number}", "status": state} for number, state in enumerate(states)]
        if states:
            described = [{"serviceDeploymentArn": "deployment/1", "lifecycleHookDetails": hooks}]
            operator.answer("ecs", "describe_service_deployments", {"serviceDeployments": described})

    @pytest.mark.parametrize(("option", "action"), [((), "CONTINUE"), (("--reject",), "ROLLBACK")], ids=["on", "back"])
    def test_a_person_decides(self, operator: Operator, option: tuple[str, ...], action: str) -> None:
        self.waits(operator, "SUCCEEDED", "AWAITING_ACTION")
        request = {"serviceDeploymentArn": "deployment/1", "hookId": "hook-1", "action": action}
        operator.answer("ecs", "continue_service_deployment", {}, request)
        assert operator.run("approve", "--service", "api", *option) == OK

    def test_nothing_waits(self, operator: Operator) -> None:
        self.waits(operator)
        assert operator.run("approve", "--service", "api") == REFUSED


class TestRotate:
    def secret(self, operator: Operator, current: str) -> None:
        operator.answer("secretsmanager", "describe_secret", {"VersionIdsToStages": {current: ["AWSCURRENT"]}})

    def instance(self, operator: Operator, **more: Any) -> None:
        secret = {
            "MasterUserSecret": {"SecretArn": "arn:aws:secretsmanager:us-east-1:123456789012:secret:rds!db-1-AbCdEf"}
        }
        operator.answer("rds", "describe_db_instances", {"DBInstances": [{**secret, **more}]})

    def test_waits_for_the_new_password(self, operator: Operator) -> None:
        self.instance(operator)
        self.secret(operator, "one-0123456789abcdef0123456789abcdef")
        operator.answer("secretsmanager", "rotate_secret", {})
        for version in ("one", "one", "two", "two"):
            self.secret(operator, f"{version}-0123456789abcdef0123456789abcdef")
        assert operator.run("rotate", "--json") == OK
        assert operator.json["after"].startswith("two")

    def test_not_kept_by_rds(self, operator: Operator) -> None:
        database = operator.stack.settings.database
        assert database is not None
        own = operator.stack.settings.model_copy(
            update={"database": database.model_copy(update={"managed_password": False})}
        )
        operator.stack = replace(operator.stack, settings=own)
        self.instance(operator, MasterUserSecret={})
        assert operator.run("rotate") == REFUSED
        assert "is not kept by RDS" in operator.said

    def test_a_restored_instance_without_the_password_that_rds_should_keep_gets_one(self, operator: Operator) -> None:
        self.instance(operator, MasterUserSecret={})
        request = {
            "DBInstanceIdentifier": DATABASE,
            "ManageMasterUserPassword": True,
            "MasterUserSecretKmsKeyId": f"alias/{DATABASE}-database",
            "ApplyImmediately": True,
        }
        operator.answer("rds", "modify_db_instance", {}, request)
        self.instance(operator, MasterUserSecret={})
        self.instance(operator, MasterUserSecret={"SecretArn": "arn:made", "SecretStatus": "creating"})
        self.instance(operator, MasterUserSecret={"SecretArn": "arn:made", "SecretStatus": "active"})
        assert operator.run("rotate") == OK
        assert "pulumi up --refresh" in operator.out.getvalue()

    def test_a_dry_run_gives_none(self, operator: Operator) -> None:
        self.instance(operator, MasterUserSecret={})
        assert operator.run("rotate", "--dry-run") == OK


class TestBackup:
    def test_waits_until_it_can_be_restored(self, operator: Operator) -> None:
        operator.answer("rds", "create_db_snapshot", {"DBSnapshot": {"DBSnapshotArn": "arn:snapshot"}})
        for state in ("creating", "available"):
            operator.answer("rds", "describe_db_snapshots", {"DBSnapshots": [{"Status": state}]})
        assert operator.run("backup", "--name", "before-42", "--json") == OK
        assert operator.json["arn"] == "arn:snapshot"

    def test_one_that_fails(self, operator: Operator) -> None:
        operator.answer("rds", "create_db_snapshot", {"DBSnapshot": {"DBSnapshotArn": "arn:snapshot"}})
        operator.answer("rds", "describe_db_snapshots", {"DBSnapshots": [{"Status": "failed"}]})
        assert operator.run("backup") == REFUSED

    def test_a_name_that_rds_refuses(self, operator: Operator) -> None:
        assert operator.run("backup", "--name", "a--b") == WRONG


class TestDrill:
    def source(self, operator: Operator, *left: str, began: dt.datetime | None = None) -> None:
        instance = {
            "DBInstanceIdentifier": DATABASE,
            "DBInstanceClass": "db.t4g.medium",
            "LatestRestorableTime": dt.datetime.now(tz=dt.UTC) - dt.timedelta(minutes=4),
            "DBSubnetGroup": {"DBSubnetGroupName": "group"},
            "VpcSecurityGroups": [{"VpcSecurityGroupId": "sg-1"}],
        }
        operator.answer("rds", "describe_db_instances", {"DBInstances": [instance]})
        tag = [{"Key": restore_drill.TAG, "Value": DATABASE}]
        tag += [{"Key": restore_drill.BEGAN, "Value": began.isoformat()}] if began else []
        listed = [{"DBInstanceIdentifier": name, "DBInstanceStatus": "available", "TagList": tag} for name in left]
        operator.answer(
            "rds", "describe_db_instances", {"DBInstances": [instance | {"DBInstanceStatus": "available"}, *listed]}
        )

    def becomes(self, operator: Operator, *states: str) -> None:
        for state in states:
            found = {"DBInstanceStatus": state, "Endpoint": {"Address": "copy.example", "Port": 5432}}
            operator.answer("rds", "describe_db_instances", {"DBInstances": [found]})

    def test_two_at_once_the_second_removes_nothing_of_the_first(self, operator: Operator) -> None:
        self.source(operator, "other", began=dt.datetime.now(tz=dt.UTC) - dt.timedelta(minutes=9))
        assert operator.run("restore-drill") == REFUSED
        assert "a drill is under way since" in operator.said
        assert "aws rds delete-db-instance --db-instance-identifier other" in operator.said

    def test_what_was_cut_off_long_ago_is_removed(self, operator: Operator) -> None:
        self.source(operator, "other", began=dt.datetime.now(tz=dt.UTC) - dt.timedelta(hours=9))
        self.removes(operator, "other")
        operator.stub("rds").add_client_error("restore_db_instance_to_point_in_time", "AccessDenied")
        operator.stub("rds").add_client_error("delete_db_instance", "DBInstanceNotFound", http_status_code=404)
        assert operator.run("restore-drill") == UNREACHABLE

    def test_what_cannot_be_removed_is_named(self, operator: Operator) -> None:
        self.source(operator)
        operator.answer("rds", "restore_db_instance_to_point_in_time", {})
        self.becomes(operator, "failed")
        operator.stub("rds").add_client_error("delete_db_instance", "ExpiredToken")
        assert operator.run("restore-drill") == UNREACHABLE
        assert "could not be removed and is billed: aws rds delete-db-instance" in operator.said

    def removes(self, operator: Operator, name: Any = ANY) -> None:
        request = {"DBInstanceIdentifier": name, "SkipFinalSnapshot": True, "DeleteAutomatedBackups": True}
        operator.answer("rds", "delete_db_instance", {}, request)

    def test_measured_within_the_limits_and_removed(self, operator: Operator) -> None:
        self.source(operator)
        operator.answer("rds", "restore_db_instance_to_point_in_time", {})
        self.becomes(operator, "creating", "available")
        self.removes(operator)
        operator.answer("cloudwatch", "put_metric_data", {})
        assert operator.run("restore-drill", "--json") == OK
        assert operator.json["minutes"] == 0.5
        assert operator.json["dataAgeMinutes"] == pytest.approx(4, abs=0.5)

    def test_over_the_limit_is_refused(self, operator: Operator) -> None:
        self.source(operator)
        operator.answer("rds", "restore_db_instance_to_point_in_time", {})
        self.becomes(operator, *["creating"] * 124, "available")
        self.removes(operator)
        operator.answer("cloudwatch", "put_metric_data", {})
        assert operator.run("restore-drill", "--timeout-minutes", "90") == REFUSED
        assert "Over the limit: minutes 62 of at most 60." in operator.out.getvalue()

    def test_the_check_asks_in_a_task_that_is_told_where(self, operator: Operator) -> None:
        self.source(operator)
        operator.answer("rds", "restore_db_instance_to_point_in_time", {})
        self.becomes(operator, "available")
        operator.describes(operator.service())
        operator.answer("ecs", "run_task", RUN_TASK)
        operator.answer("ecs", "describe_tasks", ended(1))
        for _ in range(2):
            operator.answer("logs", "get_log_events", {"events": []})
        self.removes(operator)
        operator.answer("cloudwatch", "put_metric_data", {})
        assert operator.run("restore-drill", "--service", "api", "--check", "python -m app.check") == REFUSED
        assert "runs: env RESTORED_HOST=copy.example RESTORED_PORT=5432 python -m app.check" in operator.said

    @pytest.mark.parametrize("end", ["failure", "interrupt"])
    def test_removed_also_after(self, operator: Operator, end: str) -> None:
        self.source(operator)
        operator.answer("rds", "restore_db_instance_to_point_in_time", {})
        self.becomes(operator, "incompatible-restore" if end == "failure" else "creating")
        self.removes(operator)

        def interrupt() -> None:
            raise KeyboardInterrupt

        code = operator.run("restore-drill", on_sleep=interrupt if end == "interrupt" else None)
        assert code == (REFUSED if end == "failure" else INTERRUPTED)
        assert "is removed" in operator.said

    def test_one_that_is_busy_is_removed_later(self, operator: Operator) -> None:
        self.source(operator)
        operator.answer("rds", "restore_db_instance_to_point_in_time", {})
        self.becomes(operator, "available")
        operator.stub("rds").add_client_error("delete_db_instance", "InvalidDBInstanceState")
        self.becomes(operator, "backing-up")
        self.removes(operator)
        operator.answer("cloudwatch", "put_metric_data", {})
        assert operator.run("restore-drill") == OK

    def test_what_an_aborted_drill_left_is_removed_first(self, operator: Operator) -> None:
        self.source(operator, "storefront-production-drill-11290800")
        self.removes(operator, "storefront-production-drill-11290800")
        operator.answer("rds", "restore_db_instance_to_point_in_time", {})
        self.becomes(operator, "available")
        self.removes(operator)
        operator.answer("cloudwatch", "put_metric_data", {})
        assert operator.run("restore-drill") == OK


class TestStatus:
    def ask(self, operator: Operator, *, alarm: bool = False, running: int = 2) -> int:
        operator.describes(*(operator.service(key, runningCount=running) for key in ("api", "frontend", "worker")))
        for key in ("api", "frontend", "worker"):
            operator.defines(key, 8, f"registry/storefront/{key}:9f2c1ab")
        found = [
            {
                "AlarmName": "storefront-production-api-5xx",
                "StateReason": "3 > 1",
                "StateUpdatedTimestamp": dt.datetime(2026, 11, 30, 9, tzinfo=dt.UTC),
            }
        ]
        operator.answer("cloudwatch", "describe_alarms", {"MetricAlarms": found if alarm else []})
        latest = dt.datetime.now(tz=dt.UTC) - dt.timedelta(minutes=3)
        instance = {"DBInstanceStatus": "available", "EngineVersion": "17.6", "LatestRestorableTime": latest}
        operator.answer("rds", "describe_db_instances", {"DBInstances": [instance]})
        ends = dt.datetime.now(tz=dt.UTC) + dt.timedelta(days=200, hours=1)
        certificate = {"DomainName": "shop.example.com", "NotAfter": ends}
        operator.answer("acm", "list_certificates", {"CertificateSummaryList": [certificate]})
        for _ in range(3):
            operator.answer("application-autoscaling", "describe_scheduled_actions", {"ScheduledActions": []})
        operator.stub("ce").add_client_error("get_cost_and_usage", "AccessDeniedException", "no billing")
        return operator.run("status")

    def test_well(self, operator: Operator) -> None:
        assert self.ask(operator) == OK
        screen = operator.out.getvalue()
        assert screen.startswith("prod in us-east-1: well\n")
        assert "api       2 of 2  -    completed  storefront-production-api:8       api:9f2c1ab" in screen
        assert "database: storefront-production available, version 17.6, can be restored to 3 minutes ago" in screen
        assert "certificate: shop.example.com in us-east-1 for 200 days" in screen
        assert "monthUsd: AWS does not allow GetCostAndUsage to these credentials: no billing" in screen

    def test_certificates_of_cloudfront_are_looked_for_where_it_takes_them_from(self, operator: Operator) -> None:
        now = dt.datetime(2026, 11, 30, tzinfo=dt.UTC)
        context = operator.context()
        context.access = replace(context.access, region="eu-west-1")
        settings = operator.stack.settings
        context.stack = replace(
            operator.stack,
            settings=settings.model_copy(update={"aws": settings.aws.model_copy(update={"region": "eu-west-1"})}),
        )
        for service, host in (("acm", "shop.example.com"), ("acm us-east-1", "media.shop.example.com")):
            found = {"DomainName": host, "NotAfter": now + dt.timedelta(days=9)}
            request = {"Includes": {"keyTypes": ANY}}
            operator.stub("acm", service).add_response(
                "list_certificates", {"CertificateSummaryList": [found]}, request
            )
        assert status.certificates(context, now) == [
            {"host": "shop.example.com", "region": "eu-west-1", "daysLeft": 9},
            {"host": "media.shop.example.com", "region": "us-east-1", "daysLeft": 9},
        ]

    def test_an_alarm_sounds(self, operator: Operator) -> None:
        assert self.ask(operator, alarm=True) == REFUSED
        assert "alarm: storefront-production-api-5xx since 2026-11-30 09:00: 3 > 1" in operator.out.getvalue()

    def test_tasks_are_missing(self, operator: Operator) -> None:
        assert self.ask(operator, running=1) == REFUSED
        assert operator.out.getvalue().startswith("prod in us-east-1: not well\n")


class TestSleepAndWake:
    def test_a_stack_that_is_not_meant_to_sleep(self, operator: Operator) -> None:
        assert operator.run("sleep") == WRONG
        assert "no hibernation section" in operator.said

    def test_the_database_wakes_first(self, operator: Operator) -> None:
        keys = ("api", "frontend", "worker")
        operator.describes(*(operator.service(key) for key in keys))
        for state in ("stopping", "stopped", "stopped"):
            operator.answer("rds", "describe_db_instances", {"DBInstances": [{"DBInstanceStatus": state}]})
        operator.answer("rds", "start_db_instance", {})
        for state in ("starting", "available"):
            operator.answer("rds", "describe_db_instances", {"DBInstances": [{"DBInstanceStatus": state}]})
        for key, fewest in {"api": 2, "frontend": 2, "worker": 1}.items():
            operator.answer("application-autoscaling", "describe_scalable_targets", {"ScalableTargets": []})
            operator.answer("ecs", "update_service", {}, {"cluster": CLUSTER, "service": key, "desiredCount": fewest})
        operator.describes(*(operator.service(key) for key in keys))
        for _ in keys:
            operator.stub("ecs").add_client_error("describe_services", "AccessDeniedException", "not yours")
        assert operator.run("wake") == REFUSED
        assert operator.said.index("database storefront-production starts") < operator.said.index("api: 2 tasks wanted")


class TestRecord:
    def test_written_into_the_state_bucket(self, operator: Operator) -> None:
        operator.describes(*(operator.service(key) for key in ("api", "frontend", "worker")))
        operator.answer("sts", "get_caller_identity", {"Arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/deploy/ci"})
        for key in ("api", "frontend", "worker"):
            operator.defines(key, 8, f"registry/{key}:9f2c1ab")
        request = {"Bucket": "states", "Key": ANY, "Body": ANY, "ContentType": "application/json"}
        operator.answer("s3", "put_object", {}, request)
        words = ("record", "--bucket", "states", "--commit", "9f2c1ab", "--result", "succeeded", "--json")
        assert operator.run(*words) == OK
        assert operator.json["key"].startswith("records/storefront/prod/20")
        assert operator.json["record"]["services"]["api"]["image"] == "registry/api:9f2c1ab"


class TestTunnel:
    def test_without_the_plugin_nothing_is_opened(self, operator: Operator, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PATH", "")
        assert operator.run("tunnel", "--service", "api") == REFUSED
        assert "session-manager-plugin is not on this machine" in operator.said

    def test_through_a_task_to_the_database(
        self, operator: Operator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        plugin = tmp_path / "session-manager-plugin"
        plugin.write_text(f'#!/bin/sh\nfor word in "$@"; do echo "$word" >> {tmp_path}/words; done\n')
        plugin.chmod(0o700)
        monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
        operator.answer("ecs", "list_tasks", {"taskArns": [TASK]})
        task = {
            "taskArn": TASK,
            "lastStatus": "RUNNING",
            "enableExecuteCommand": True,
            "containers": [{"name": "api", "runtimeId": "0123456789abcdef-1"}],
        }
        operator.answer("ecs", "describe_tasks", {"tasks": [task]})
        end = {"Address": "db.example", "Port": 5432}
        operator.answer(
            "rds", "describe_db_instances", {"DBInstances": [{"DBInstanceStatus": "available", "Endpoint": end}]}
        )
        group = {"NodeGroups": [{"PrimaryEndpoint": {"Address": "cache.example", "Port": 6379}}]}
        operator.answer("elasticache", "describe_replication_groups", {"ReplicationGroups": [group]})
        where = f"ecs:{CLUSTER}_0123456789abcdef_0123456789abcdef-1"
        parameters = {"host": ["db.example"], "portNumber": ["5432"], "localPortNumber": ["15432"]}
        session = {"SessionId": "s-1", "StreamUrl": "wss://stream", "TokenValue": "t"}
        operator.answer(
            "ssm",
            "start_session",
            session,
            {"Target": where, "DocumentName": "AWS-StartPortForwardingSessionToRemoteHost", "Parameters": parameters},
        )
        assert operator.run("tunnel", "--service", "api", "--port", "15432") == OK
        words = (tmp_path / "words").read_text().splitlines()
        assert json.loads(words[0]) == session
        assert words[1:4] == ["us-east-1", "StartSession", ""] or words[1:3] == ["us-east-1", "StartSession"]


class TestFaults:
    @pytest.mark.parametrize(
        ("code", "words"),
        [
            ("ExpiredTokenException", "Log in again: aws sso login"),
            ("ThrottlingException", "AWS asks to slow down"),
            ("AccessDeniedException", "AWS does not allow DescribeServices to these credentials"),
        ],
    )
    def test_what_aws_refuses_is_told_with_the_next_step(self, operator: Operator, code: str, words: str) -> None:
        operator.stub("ecs").add_client_error("describe_services", code, "said AWS")
        assert operator.run("verify") == UNREACHABLE
        assert words in operator.said
        assert "Again: python -m operations verify" in operator.said
        assert "Traceback" not in operator.said

    def test_no_network(self) -> None:
        assert "AWS cannot be reached from here" in told(EndpointConnectionError(endpoint_url="https://ecs"))


class TestCommandLine:
    def test_a_stack_file_that_is_not_there(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert command_line.main(["status", "--stack", "nope"]) == WRONG
        assert "Pulumi.nope.yaml" in capsys.readouterr().err

    def test_a_service_that_the_stack_file_does_not_have(self) -> None:
        with pytest.raises(
            stacks.UnreadableStackError, match="there is no service 'web'; there are: api, frontend, worker"
        ):
            stacks.read(ROOT, "prod", None).service("web")

    def test_each_command_is_a_make_target_of_the_same_words(self) -> None:
        lines = (ROOT / "Makefile").read_text(encoding="utf-8").replace("\\\n", "").splitlines()
        offered = next(line for line in lines if line.startswith("OPERATE")).split()[2:]
        known = command_line.commands()
        assert offered == [command.name for command in known]
        assert [f"{command.name}: ## {command.help}" in lines for command in known] == [True] * len(known)


class TestGuard:
    URN = "urn:pulumi:prod::storefront::slipway:index:Database$aws:rds/instance:Instance::database-instance"
    POLICY = "urn:pulumi:prod::storefront::aws:iam/rolePolicy:RolePolicy::api-task"

    def plan(self, tmp_path: Path, *steps: tuple[str, str], **state: Any) -> Path:
        file = tmp_path / "plan.json"
        rows = [
            {"op": op, "urn": urn, "oldState": {"type": urn.split("::")[2].rpartition("$")[2], **state}}
            for op, urn in steps
        ]
        file.write_text(json.dumps({"steps": rows}))
        return file

    def waivers(self, tmp_path: Path, day: dt.date) -> Path:
        file = tmp_path / "waivers.yaml"
        entry = {"resource": "aws:rds/instance:Instance::*", "reason": "moved", "owner": "dba", "expires": f"{day}"}
        file.write_text(json.dumps([entry]))
        return file

    def run(self, operator: Operator, tmp_path: Path, plan: Path) -> int:
        return operator.run("guard", "--plan", str(plan), "--waivers", str(tmp_path / "waivers.yaml"))

    @pytest.mark.parametrize("op", ["delete", "replace", "delete-replaced", "create-replacement"])
    def test_what_holds_data_stops_it(self, operator: Operator, tmp_path: Path, op: str) -> None:
        assert self.run(operator, tmp_path, self.plan(tmp_path, (op, self.URN))) == REFUSED
        assert "aws:rds/instance:Instance::database-instance would be" in operator.out.getvalue()

    @pytest.mark.parametrize("op", ["update", "same", "create", "read"])
    def test_the_rest_does_not(self, operator: Operator, tmp_path: Path, op: str) -> None:
        assert self.run(operator, tmp_path, self.plan(tmp_path, (op, self.URN), ("delete", self.POLICY))) == OK

    def test_a_waiver_counts_until_its_day_is_over(self, operator: Operator, tmp_path: Path) -> None:
        plan, today = self.plan(tmp_path, ("delete", self.URN)), dt.datetime.now(tz=dt.UTC).date()
        self.waivers(tmp_path, today)
        assert self.run(operator, tmp_path, plan) == OK
        self.waivers(tmp_path, today - dt.timedelta(days=1))
        assert self.run(operator, tmp_path, plan) == REFUSED

    def test_what_aws_keeps_is_not_lost(self, operator: Operator, tmp_path: Path) -> None:
        assert self.run(operator, tmp_path, self.plan(tmp_path, ("delete", self.URN), retainOnDelete=True)) == OK

    @pytest.mark.parametrize("text", ["", "[]", '{"steps": 1}', "no json"])
    def test_no_plan(self, operator: Operator, tmp_path: Path, text: str) -> None:
        file = tmp_path / "plan.json"
        file.write_text(text)
        assert self.run(operator, tmp_path, file) == WRONG


class TestImages:
    @pytest.fixture
    def docker(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        """A Docker that writes down what it is asked."""
        tool = tmp_path / "bin" / "docker"
        tool.parent.mkdir()
        tool.write_text(f'#!/bin/sh\n[ "$1" = login ] && cat > /dev/null\necho "$@" >> {tmp_path}/asked\n')
        tool.chmod(0o700)
        monkeypatch.setenv("PATH", f"{tool.parent}:/usr/bin:/bin")
        return tmp_path

    def test_each_repository_is_built_once_and_kept(self, operator: Operator, docker: Path) -> None:
        assert operator.run("images", "--tag", "9f2c1ab", "--out", str(docker / "images")) == OK
        asked = (docker / "asked").read_text().splitlines()
        assert [line.split()[:3] for line in asked if line.startswith("build")] == [
            ["build", "--tag", f"storefront/{name}:9f2c1ab"] for name in ("api", "frontend", "worker")
        ]
        assert asked[0].endswith(f"{ROOT}/examples/app/backend")
        assert asked[1] == f"save --output {docker}/images/storefront--api.tar storefront/api:9f2c1ab"

    def scan(self, operator: Operator, *counts: dict[str, int]) -> None:
        operator.answer("sts", "get_caller_identity", {"Account": ACCOUNT})
        token = {"authorizationToken": "QVdTOnNlY3JldA=="}
        operator.answer("ecr", "get_authorization_token", {"authorizationData": [token]})
        for _ in counts:
            operator.stub("ecr").add_client_error("describe_images", "ImageNotFoundException")
        for found in counts:
            answer = {
                "imageScanStatus": {"status": "COMPLETE"},
                "imageScanFindings": {"findingSeverityCounts": found},
            }
            operator.answer("ecr", "describe_image_scan_findings", answer)

    def test_pushed_and_scanned(self, operator: Operator, docker: Path) -> None:
        self.scan(operator, {"LOW": 3}, {}, {"MEDIUM": 1})
        assert operator.run("push", "--tag", "9f2c1ab", "--out", str(docker)) == OK
        remote = f"{ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com/storefront/api:9f2c1ab"
        asked = (docker / "asked").read_text().splitlines()
        assert f"push {remote}" in asked
        assert not any("secret" in line for line in asked)

    def test_what_a_run_that_was_cut_off_pushed_stays(self, operator: Operator, docker: Path) -> None:
        operator.answer("sts", "get_caller_identity", {"Account": ACCOUNT})
        token = {"authorizationToken": "QVdTOnNlY3JldA=="}
        operator.answer("ecr", "get_authorization_token", {"authorizationData": [token]})
        for name in ("api", "frontend", "worker"):
            request = {"repositoryName": f"storefront/{name}", "imageIds": [{"imageTag": "9f2c1ab"}]}
            operator.answer("ecr", "describe_images", {"imageDetails": [{"imageTags": ["9f2c1ab"]}]}, request)
        for _ in range(3):
            operator.answer("ecr", "describe_image_scan_findings", {"imageScanStatus": {"status": "COMPLETE"}})
        assert operator.run("push", "--tag", "9f2c1ab", "--out", str(docker)) == OK
        assert not any(line.startswith("push") for line in (docker / "asked").read_text().splitlines())

    def test_severe_findings_stop_the_deployment(self, operator: Operator, docker: Path) -> None:
        self.scan(operator, {"HIGH": 2, "LOW": 1}, {}, {"CRITICAL": 1})
        assert operator.run("push", "--tag", "9f2c1ab", "--out", str(docker)) == REFUSED
        assert "storefront/api:9f2c1ab has 2 high" in operator.out.getvalue()

    def test_without_docker(self, operator: Operator, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        monkeypatch.setenv("PATH", "")
        assert operator.run("images", "--tag", "1", "--out", str(tmp_path)) == WRONG
        assert "docker is not on this machine" in operator.said


class TestPulumi:
    @pytest.fixture
    def asked(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        """A Pulumi CLI that writes down what it is asked."""
        tool = tmp_path / "pulumi"
        tool.write_text(f'#!/bin/sh\necho "$@" >> {tmp_path}/asked\n[ "$2" = ls ] && echo "[]"\nexit 0\n')
        tool.chmod(0o700)
        monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
        return tmp_path / "asked"

    def test_up_never_skips_its_preview(self, operator: Operator, asked: Path) -> None:
        assert operator.run("up") == OK
        assert asked.read_text() == "up --stack prod --policy-pack policy --yes\n"

    def test_the_tag_of_every_image_is_text(self, operator: Operator, asked: Path) -> None:
        assert operator.run("set-images", "--tag", "1234567") == OK
        lines = asked.read_text().splitlines()
        assert lines[0] == "config set --stack prod --path slipway:services.api.image.tag 1234567 --type string"
        assert len(lines) == 3

    def test_drift_expects_no_changes(self, operator: Operator, asked: Path) -> None:
        assert operator.run("drift") == OK
        assert "--refresh --expect-no-changes" in asked.read_text()

    def test_a_dry_run_asks_nothing(self, operator: Operator, asked: Path) -> None:
        assert operator.run("up", "--dry-run") == OK
        assert not asked.exists()

    def test_without_the_cli(self, operator: Operator, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PATH", "")
        assert operator.run("up") == WRONG
        assert "make pulumi-cli installs it" in operator.said


class TestEnvironment:
    def test_a_copy_has_its_own_names_and_no_protection(self) -> None:
        staging = stacks.read(ROOT, "staging", None)
        file = stackfile.read(ROOT / "Pulumi.staging.yaml")
        made = environment.copy(dict(file.config), 12, "registry.example")
        copied = parse(project.read(ROOT).values(made), "pr-12")
        assert copied.name_prefix == f"{staging.settings.name_prefix}-pr12"
        assert copied.domain is not None
        assert copied.domain.host == "pr12.staging.shop.example.com"
        assert not copied.protection.protect
        assert copied.protection.empty_on_destroy
        assert copied.delivery is None
        assert not copied.repositories
        assert copied.services["api"].image.uri == "registry.example/storefront-staging/api:9f2c1ab"

    def test_either_a_number_or_a_sweep(self, operator: Operator) -> None:
        assert operator.run("environment") == WRONG

    def test_a_copy_has_no_data_of_the_stacks_backups(self) -> None:
        config = dict(stackfile.read(ROOT / "Pulumi.staging.yaml").config)
        database: Any = config["slipway:database"]
        made = environment.copy(
            {**config, "slipway:database": {**database, "restoreFrom": {"snapshot": "x"}}}, 12, "registry.example"
        )
        assert "restoreFrom" not in made["slipway:database"]

    @pytest.mark.parametrize("words", [("--sweep-days", "-1"), ("--number", "0"), ("--sweep-days", "0")])
    def test_numbers_that_would_sweep_what_lives_are_refused(self, operator: Operator, words: tuple[str, str]) -> None:
        with pytest.raises(SystemExit):
            operator.run("environment", *words)

    def test_slack_that_takes_nothing_is_told_without_its_address(
        self, operator: Operator, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("SLACK_WEBHOOK", "https://hooks.slack.com/services/T/B/secret")

        def refuses(*_: object, **__: object) -> None:
            raise urllib.error.URLError("no route to host")

        monkeypatch.setattr(urllib.request, "urlopen", refuses)
        assert operator.run("announce", "--outcome", "success", "--tag", "1") == UNREACHABLE
        assert "Slack did not take the message" in operator.said
        assert "secret" not in operator.said

    def test_announce_takes_slack_alone(self, operator: Operator, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("SLACK_WEBHOOK", "http://169.254.169.254/")
        assert operator.run("announce", "--outcome", "success", "--commit", "1") == WRONG


class TestWords:
    """What is wrong on the command line is told at once, and as `make` takes it."""

    @pytest.mark.parametrize(
        "words",
        [
            ("images", "--tag", "a b"),
            ("set-images", "--tag", "-x"),
            ("status", "--timeout-minutes", "nan"),
            ("status", "--timeout-minutes", "0"),
            ("tunnel", "--service", "api", "--port", "70000"),
            ("record", "--commit", "1", "--result", "succeeded", "--seconds", "-1"),
        ],
    )
    def test_refused(self, operator: Operator, words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
        with pytest.raises(SystemExit) as exit_:
            operator.run(*words)
        assert exit_.value.code == WRONG
        assert "With make: --service is SERVICE=, --tag and --commit are TAG=" in capsys.readouterr().err

    def test_a_service_without_an_image_of_the_stacks(self, operator: Operator) -> None:
        assert operator.run("set-images", "--tag", "1", "--service", "nobody") == WRONG
        assert "no image of the stack's own repositories: nobody; there are: api, frontend, worker" in operator.said

    def test_what_is_not_there_is_no_trouble_with_aws(self, operator: Operator) -> None:
        operator.stub("rds").add_client_error("describe_db_instances", "DBInstanceNotFound", "not found")
        assert operator.run("rotate") == REFUSED
        assert "Deploy first (make up), or name the right stack, region and profile" in operator.said


class TestAudit:
    def test_a_credential_is_found_by_its_place_and_never_shown(self, tmp_path: Path) -> None:
        key = "AKIA" + "QWERTYUIOPASDFGH"
        (tmp_path / "app.py").write_text(f"x = 1\nkey = '{key}'\n")
        (tmp_path / "tests").mkdir()
        (tmp_path / "tests" / "sample.py").write_text(key)
        assert list(audit.findings(tmp_path, ["app.py", "tests/sample.py", "gone.py"])) == ["app.py:2"]

    def test_an_applications_own_files_are_looked_at_where_the_program_is_a_folder(self, tmp_path: Path) -> None:
        key = "AKIA" + "QWERTYUIOPASDFGH"
        for name in ("slipway/tests/a.py", "tests/b.py"):
            (tmp_path / name).parent.mkdir(parents=True)
            (tmp_path / name).write_text(f"key = '{key}'\n")
        names = ["slipway/tests/a.py", "tests/b.py"]
        assert list(audit.findings(tmp_path, names, Path("slipway"))) == ["tests/b.py:1"]

    def test_a_name_in_python_is_no_credential_and_a_text_is(self, tmp_path: Path) -> None:
        source = (
            'made(\n    password=kept,\n)\nurl = \'host=db password=hunter22\'\nlong = """\npassword=hunter22\n"""\n'
        )
        (tmp_path / "app.py").write_text(source)
        for name in ("app.ini", "template.py"):
            (tmp_path / name).write_text("'{ password=hunter22\n")
        found = list(audit.findings(tmp_path, ["app.py", "app.ini", "template.py"]))
        assert found == ["app.py:4", "app.py:6", "app.ini:1", "template.py:1"]

    def test_nothing_is_committed(self) -> None:
        assert audit.main() == 0
