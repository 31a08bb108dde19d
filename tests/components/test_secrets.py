from typing import Any

import pytest

from components.secrets import SecretArgs, Secrets, SecretsArgs
from preview.graph import UNKNOWN, Graph
from tests.components.conftest import ACCOUNT, build, check_contract

KEY = "aws:kms/key:Key"
SECRET = "aws:secretsmanager/secret:Secret"

DECLARED = {
    "power-pto/jwt-signing-key": SecretArgs(description="Signs sessions.", rotate_days=180),
    "rupaya/production/secrets": SecretArgs(keys=("jwt_secret", "sendgrid_api_key")),
    "Plain": SecretArgs(),
}


def args(**changes: Any) -> SecretsArgs:
    given: dict[str, Any] = {
        "name_prefix": "storefront-production",
        "account_id": ACCOUNT,
        "region": "us-east-1",
        "secrets": DECLARED,
    }
    return SecretsArgs(**{**given, **changes})


def recorded(**changes: Any) -> Graph:
    return build(lambda: Secrets("secrets", args(**changes)))


def test_contract() -> None:
    check_contract(lambda: Secrets("secrets", args()))


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"secrets": {"no spaces": SecretArgs()}}, "secrets: 'no spaces' is not a secret's name"),
        ({"secrets": {"api-AbCdEf": SecretArgs()}}, "secrets: 'api-AbCdEf' ends in a hyphen and six characters"),
        (
            {"secrets": {"key": SecretArgs(name="key-abcde1")}},
            "secrets: 'key-abcde1' ends in a hyphen and six characters",
        ),
        ({"secrets": {"s" * 513: SecretArgs()}}, "is not a secret's name: at most 512"),
        ({"secrets": {"/+=": SecretArgs()}}, "secrets: '/+=' has neither a letter nor a digit"),
        (
            {"secrets": {"app/key": SecretArgs(), "app-key": SecretArgs()}},
            "secrets: 'app-key' and 'app/key' differ in punctuation or case at most; rename or remove one",
        ),
        (
            {"secrets": {"key": SecretArgs(description="x" * 2049)}},
            "secrets: key: description and keys have 2049 characters; at most 2048 are allowed",
        ),
        ({"secrets": {"key": SecretArgs(rotate_days=0)}}, "secrets: rotate_days 0 of key is below 1"),
        ({"recovery_days": 6}, "recovery_days: 6 is not allowed; 0 or 7 to 30 are"),
        ({"recovery_days": 31}, "recovery_days: 31 is not allowed; 0 or 7 to 30 are"),
        ({"key_deletion_days": 6}, "key_deletion_days: 6 is outside 7 to 30"),
    ],
)
def test_refuses_what_aws_refuses(changes: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValueError, match=r"^SecretsArgs\.") as error:
        args(**changes)
    assert problem in str(error.value)
    assert len(str(error.value).splitlines()) == 1


def test_secrets_have_no_value() -> None:
    graph = recorded()
    assert {resource.type for resource in graph.resources if resource.custom} == {SECRET, KEY, "aws:kms/alias:Alias"}


def test_a_name_of_its_own_changes_nothing_but_that() -> None:
    graph = recorded(secrets={"app/key": SecretArgs(name="app/key/jane")})
    secret = graph.one(SECRET)
    assert (secret.name, secret.inputs["name"]) == ("secrets-app-key", "app/key/jane")
    arns = graph.registered_outputs[graph.one("slipway:index:Secrets").urn]["arns"]
    assert arns == {"app/key": secret.outputs["arn"]}


def test_secrets_say_what_they_are() -> None:
    graph = recorded()
    assert [(secret.name, secret.inputs["name"]) for secret in graph.of(SECRET)] == [
        ("secrets-power-pto-jwt-signing-key", "power-pto/jwt-signing-key"),
        ("secrets-rupaya-production-secrets", "rupaya/production/secrets"),
        ("secrets-plain", "Plain"),
    ]
    signing, document, plain = (secret.inputs for secret in graph.of(SECRET))
    assert signing["description"] == "Signs sessions"
    assert signing["tags"] == {"rotate-days": "180"}
    assert document["description"] == "JSON document with the keys jwt_secret, sendgrid_api_key"
    assert not {"tags", "description"} & plain.keys()
    both = recorded(secrets={"both": SecretArgs(description="Third parties", keys=["a"])})
    assert both.one(SECRET).inputs["description"] == "Third parties. JSON document with the keys a"


def test_one_key_encrypts_them() -> None:
    graph = recorded(key_deletion_days=7)
    key = graph.one(KEY, deletionWindowInDays=7)
    assert graph.all(SECRET, kmsKeyId=key.outputs["arn"]) == graph.of(SECRET)


def test_recovery_and_protection() -> None:
    graph = recorded()
    assert graph.all(SECRET, recoveryWindowInDays=30) == graph.of(SECRET)
    assert {r.type for r in graph.resources if r.protect} == {SECRET, KEY}
    assert all(secret.protect for secret in graph.of(SECRET))
    loose = recorded(recovery_days=0, protect=False)
    assert loose.all(SECRET, recoveryWindowInDays=0) == loose.of(SECRET)
    assert not [resource for resource in loose.resources if resource.protect]


def test_outputs() -> None:
    graph = recorded()
    assert graph.registered_outputs[graph.one("slipway:index:Secrets").urn] == {
        "arns": {secret.inputs["name"]: secret.outputs["arn"] for secret in graph.of(SECRET)},
        "key_arn": graph.one(KEY).outputs["arn"],
    }


def test_names_are_known_in_preview() -> None:
    graph = build(lambda: Secrets("secrets", args()), mode="preview")
    assert graph.registered_outputs[graph.one("slipway:index:Secrets").urn]["arns"] == dict.fromkeys(DECLARED, UNKNOWN)
