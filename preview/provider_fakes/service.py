"""What runs and is sent to it answers: images, ECS, Lambda, queues and topics."""

from __future__ import annotations

from preview.provider_fakes.asked import ACCOUNT, Answer, AskedResource


def repository(asked: AskedResource) -> Answer:
    """Answer a repository of images."""
    name = asked.physical()
    return Answer(
        name,
        {
            "name": name,
            "arn": asked.arn("ecr", f"repository/{name}"),
            "registryId": ACCOUNT,
            "repositoryUrl": f"{ACCOUNT}.dkr.ecr.{asked.region}.amazonaws.com/{name}",
        },
    )


def image(asked: AskedResource) -> Answer:
    """Answer an image that was built and pushed."""
    digest = f"sha256:{asked.hex(64)}"
    tags = asked.inputs.get("tags")
    tag = str(tags[0]) if isinstance(tags, list) and tags else asked.name
    return Answer(digest, {"digest": digest, "ref": f"{tag}@{digest}"})


def task_definition(asked: AskedResource) -> Answer:
    """Answer a task definition's first revision."""
    family = asked.physical("family")
    arn = asked.arn("ecs", f"task-definition/{family}")
    return Answer(family, {"family": family, "arn": f"{arn}:1", "arnWithoutRevision": arn, "revision": 1})


def ecs_service(asked: AskedResource) -> Answer:
    """Answer a service."""
    name = asked.physical()
    cluster = asked.text("cluster", "default").rpartition("/")[2]
    arn = asked.arn("ecs", f"service/{cluster}/{name}")
    return Answer(arn, {"arn": arn, "name": name})


def function(asked: AskedResource, answer: Answer) -> dict[str, object]:
    """Return what a function has beside name and ARN."""
    arn = answer.outputs["arn"]
    return {
        "invokeArn": asked.arn("apigateway", f"lambda:path/2015-03-31/functions/{arn}/invocations", account=""),
        "qualifiedArn": f"{arn}:1",
        "version": "1",
    }


def queue(asked: AskedResource) -> Answer:
    """Answer a queue, whose id is its URL; the name is the program's."""
    name = asked.physical()
    url = f"https://sqs.{asked.region}.amazonaws.com/{ACCOUNT}/{name}"
    return Answer(url, {"name": name, "arn": asked.arn("sqs", name), "url": url})


def subscription(asked: AskedResource) -> Answer:
    """Answer a topic's subscription."""
    arn = f"{asked.text('topic')}:{asked.uuid()}"
    return Answer(arn, {"arn": arn, "ownerId": ACCOUNT})
