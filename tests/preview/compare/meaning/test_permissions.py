"""Permissions that widen."""

from __future__ import annotations

import json
from typing import Any

from preview.compare.meaning import permissions
from preview.graph import Resource
from tests.preview.compare.graphs import ROLE_POLICY, resource, said

ROLE = "aws:iam/role:Role"
ATTACHMENT = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"


def policy(*statements: dict[str, Any]) -> Resource:
    return resource(ROLE_POLICY, "p", {"role": "r", "policy": json.dumps({"Statement": list(statements)})})


def allow(action: str | list[str], where: str = "arn:x", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": where, **more}


def test_an_action_more() -> None:
    assert said(
        permissions.say, [policy(allow("s3:GetObject"))], [policy(allow(["s3:GetObject", "s3:PutObject"]))]
    ) == [("caution", "Permissions widen: role policy p now allows s3:PutObject on arn:x")]


def test_fewer_actions_and_another_order_are_no_widening() -> None:
    assert not said(permissions.say, [policy(allow(["a:B", "a:C"]))], [policy(allow("a:C"))])
    assert not said(permissions.say, [policy(allow("a:B"), allow("a:C"))], [policy(allow(["a:C", "a:B"]))])


def test_everything_is_dangerous() -> None:
    ((level, text),) = said(permissions.say, [policy(allow("a:B"))], [policy(allow("*", "*"))])
    assert (level, "* on everything" in text) == ("danger", True)


def test_a_condition_that_goes() -> None:
    limit = {"StringEquals": {"aws:SourceAccount": "1"}}
    ((_, text),) = said(permissions.say, [policy(allow("a:B", Condition=limit))], [policy(allow("a:B"))])
    assert "now allows a:B on arn:x" in text
    assert not said(permissions.say, [policy(allow("a:B"))], [policy(allow("a:B"))])


def test_a_denial_that_goes() -> None:
    deny = {"Effect": "Deny", "Action": "s3:*", "Resource": "*"}
    ((level, text),) = said(permissions.say, [policy(allow("a:B"), deny)], [policy(allow("a:B"))])
    assert (level, "does not forbid s3:* on everything any more" in text) == ("danger", True)


def test_another_principal_of_a_role() -> None:
    def role(*services: str) -> Resource:
        trust = {"Statement": [allow("sts:AssumeRole", "", Principal={"Service": list(services)})]}
        return resource(ROLE, "r", {"assumeRolePolicy": json.dumps(trust)})

    ((_, text),) = said(permissions.say, [role("ecs.amazonaws.com")], [role("ecs.amazonaws.com", "ec2.amazonaws.com")])
    assert "ec2.amazonaws.com sts:AssumeRole" in text


def test_a_policy_that_a_role_also_gets() -> None:
    role = resource(ROLE, "r", {"name": "r", "assumeRolePolicy": "{}"})
    more = resource(ATTACHMENT, "a", {"role": "r", "policyArn": "arn:aws:iam::aws:policy/AdministratorAccess"})
    ((level, text),) = said(permissions.say, [role], [role, more])
    assert (level, "role r also gets AdministratorAccess" in text) == ("danger", True)
    assert not said(permissions.say, [], [role, more])


def test_what_moves_between_policies_of_a_role_widens_nothing() -> None:
    parent = resource("slipway:index:Delivery", "delivery")

    def managed(name: str, *actions: str) -> Resource:
        inputs = {"name": name, "policy": json.dumps({"Statement": [allow(list(actions))]})}
        return resource("aws:iam/policy:Policy", name, inputs, parent=parent.urn)

    before = [parent, managed("one", "a:B", "a:C"), managed("two", "a:D")]
    assert not said(permissions.say, before, [parent, managed("one", "a:B", "a:D"), managed("two", "a:C")])
    ((_, text),) = said(permissions.say, before, [parent, managed("one", "a:B", "a:E"), managed("two", "a:C", "a:D")])
    assert "policy one now allows a:E on arn:x" in text


def test_a_condition_with_fewer_values_or_more_tests_widens_nothing() -> None:
    def on(*arns: str, **more: Any) -> Resource:
        tests = {"ArnLike": {"aws:SourceArn": list(arns)}, **more}
        return policy(allow("secretsmanager:GetSecretValue", Condition=tests))

    account = {"StringEquals": {"aws:SourceAccount": "123456789012"}}
    assert not said(permissions.say, [on("arn:a", "arn:b")], [on("arn:a")])
    assert not said(permissions.say, [policy(allow("secretsmanager:GetSecretValue"))], [on("arn:a")])
    assert not said(permissions.say, [on("arn:a")], [on("arn:a", **account)])
    assert said(permissions.say, [on("arn:a")], [on("arn:a", "arn:b")])
    assert said(permissions.say, [on("arn:a", **account)], [on("arn:a")])
    assert said(permissions.say, [on("arn:a")], [policy(allow("secretsmanager:GetSecretValue"))])


def test_fewer_values_of_a_negation_widen() -> None:
    def but(*arns: str) -> Resource:
        return policy(allow("s3:GetObject", Condition={"ArnNotLike": {"aws:SourceArn": list(arns)}}))

    assert said(permissions.say, [but("arn:a", "arn:b")], [but("arn:a")])


def test_a_wildcard_that_becomes_exact_narrows_and_the_other_way_widens() -> None:
    wide, exact = policy(allow("s3:*")), policy(allow("s3:GetObject"))
    assert not said(permissions.say, [wide], [exact])
    assert said(permissions.say, [exact], [wide]) == [
        ("caution", "Permissions widen: role policy p now allows s3:* on arn:x")
    ]
    assert not said(permissions.say, [policy(allow("s3:Get*"))], [policy(allow("S3:getobject"))])
    assert not said(permissions.say, [policy(allow("*", "*"))], [policy(allow("s3:Get*", "arn:aws:s3:::b/*"))])
    assert said(permissions.say, [policy(allow("s3:Get*"))], [policy(allow("s3:*"))])
    assert said(permissions.say, [policy(allow("s3:Get?"))], [policy(allow("s3:Get*"))])


def test_a_resource_that_becomes_exact_narrows() -> None:
    def on(where: str) -> Resource:
        return policy(allow("s3:GetObject", where))

    assert not said(permissions.say, [on("arn:aws:s3:::b/*")], [on("arn:aws:s3:::b/media/*")])
    assert said(permissions.say, [on("arn:aws:s3:::b/media/*")], [on("arn:aws:s3:::b/*")])
    assert said(permissions.say, [on("arn:aws:s3:::b/a")], [on("arn:aws:s3:::b/A")])


def test_everything_but() -> None:
    def but(*actions: str) -> Resource:
        return policy({"Effect": "Allow", "NotAction": list(actions), "Resource": "*"})

    assert not said(permissions.say, [but("iam:*")], [but("iam:*", "kms:*")])
    ((_, text),) = said(permissions.say, [but("iam:*", "kms:*")], [but("iam:*")])
    assert "now allows all but iam:* on everything" in text
    assert not said(permissions.say, [but("iam:*")], [policy(allow("s3:Get*"))])
    assert said(permissions.say, [but("iam:*")], [policy(allow("iam:Get*"))])
    assert said(permissions.say, [but("iam:Get*")], [policy(allow("i*:*Role"))])
    assert said(permissions.say, [policy(allow("s3:*", "*"))], [but("iam:*")])
    assert not said(permissions.say, [policy(allow("*", "*"))], [but("iam:*")])


def test_a_denial_that_is_replaced_by_a_wider_one_frees_nothing() -> None:
    def deny(action: str, **more: Any) -> Resource:
        return policy(allow("a:B"), {"Effect": "Deny", "Action": action, "Resource": "*", **more})

    assert not said(permissions.say, [deny("s3:Delete*")], [deny("s3:*")])
    ((_, text),) = said(permissions.say, [deny("s3:*")], [deny("s3:Delete*")])
    assert "does not forbid s3:* on everything any more" in text
    insecure = {"Bool": {"aws:SecureTransport": "false"}}
    assert not said(permissions.say, [deny("s3:*", Condition=insecure)], [deny("s3:*")])
    assert said(permissions.say, [deny("s3:*")], [deny("s3:*", Condition=insecure)])


def test_a_policy_that_goes_while_its_bucket_stays() -> None:
    bucket = resource("aws:s3/bucket:Bucket", "b", {"bucket": "b"})
    insecure = {"Effect": "Deny", "Action": "s3:*", "Resource": "*", "Principal": "*"}
    inputs = {"bucket": "b", "policy": json.dumps({"Statement": [insecure]})}
    own = resource("aws:s3/bucketPolicy:BucketPolicy", "p", inputs, refs={"bucket": bucket})
    ((level, text),) = said(permissions.say, [bucket, own], [bucket])
    assert (level, "bucket policy p does not forbid * s3:* on everything any more" in text) == ("danger", True)
    assert not said(permissions.say, [bucket, own], [])


def test_a_policy_that_comes_to_a_role_that_was_there() -> None:
    role = resource(ROLE, "r", {"name": "r", "assumeRolePolicy": "{}"})

    def inline(name: str, action: str) -> Resource:
        inputs = {"role": "r", "policy": json.dumps({"Statement": [allow(action)]})}
        return resource(ROLE_POLICY, name, inputs, refs={"role": role})

    ((_, text),) = said(permissions.say, [role], [role, inline("p", "s3:PutObject")])
    assert "role policy p now allows s3:PutObject on arn:x" in text
    assert not said(permissions.say, [role, inline("p", "s3:*")], [role, inline("q", "s3:PutObject")])
    assert not said(permissions.say, [], [role, inline("p", "s3:PutObject")])


def test_a_boundary_that_goes() -> None:
    def role(**inputs: object) -> Resource:
        return resource(ROLE, "r", {"name": "r", "assumeRolePolicy": "{}", **inputs})

    bound = role(permissionsBoundary="arn:aws:iam::1:policy/shop-boundary")
    assert said(permissions.say, [bound], [role()]) == [
        ("danger", "Permissions widen: role r is not held by its boundary shop-boundary any more")
    ]
    assert not said(permissions.say, [role()], [bound])


def test_policies_of_types_that_nobody_has_thought_of() -> None:
    def system(**more: Any) -> Resource:
        statement = allow("elasticfilesystem:ClientMount", "*", Principal={"AWS": "*"}, **more)
        return resource(
            "aws:efs/fileSystemPolicy:FileSystemPolicy", "f", {"policy": json.dumps({"Statement": statement})}
        )

    limit = {"Bool": {"elasticfilesystem:AccessedViaMountTarget": "true"}}
    ((_, text),) = said(permissions.say, [system(Condition=limit)], [system()])
    assert "now allows * elasticfilesystem:ClientMount on everything" in text
