"""What IAM, KMS and Secrets Manager answer."""

from __future__ import annotations

from preview.provider_fakes.asked import Answer, AskedResource, Maker


def iam(kind: str, prefix: str) -> Maker:
    """Answer a role or another thing of IAM's, by the word for it in its ARN and what its unique id begins with."""

    def make(asked: AskedResource) -> Answer:
        name = asked.physical(limit=64)
        path = asked.text("path", "/")
        arn = asked.arn("iam", f"{kind}{path}{name}", region="")
        unique = f"{prefix}{asked.letters(17)}"
        return Answer(
            arn if kind == "policy" else name, {"name": name, "arn": arn, "uniqueId": unique, "policyId": unique}
        )

    return make


def oidc_provider(asked: AskedResource) -> Answer:
    """Answer an identity provider."""
    arn = asked.arn("iam", f"oidc-provider/{asked.text('url').removeprefix('https://')}", region="")
    return Answer(arn, {"arn": arn})


def kms_key(asked: AskedResource) -> Answer:
    """Answer a key."""
    id_ = asked.uuid()
    return Answer(id_, {"keyId": id_, "arn": asked.arn("kms", f"key/{id_}")})


def kms_alias(asked: AskedResource) -> Answer:
    """Answer a key's alias."""
    name = asked.text("name") or f"alias/{asked.physical()}"
    target = asked.text("targetKeyId").rpartition("/")[2]
    outputs = {"name": name, "arn": asked.arn("kms", name), "targetKeyArn": asked.arn("kms", f"key/{target}")}
    return Answer(name, outputs)


def secret(asked: AskedResource) -> Answer:
    """Answer a secret, whose ARN ends with six characters of AWS's."""
    name = asked.physical()
    arn = asked.arn("secretsmanager", f"secret:{name}-{asked.letters(6)}")
    return Answer(arn, {"name": name, "arn": arn})


def secret_version(asked: AskedResource) -> Answer:
    """Answer a version of a secret."""
    version = asked.uuid()
    return Answer(f"{asked.text('secretId')}|{version}", {"versionId": version, "arn": asked.text("secretId")})
