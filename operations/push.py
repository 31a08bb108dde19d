"""Push the images that were built, and stop where their scan finds something severe."""

from __future__ import annotations

import argparse
import base64
import subprocess
from collections.abc import Mapping, Sequence

from operations import _images
from operations._command import OK, REFUSED, Command, Context, OperationError
from operations.images import docker, tag_options

SEVERE: Sequence[str] = ("CRITICAL", "HIGH")
"""Findings of these severities stop a deployment."""


def _run(context: Context, options: argparse.Namespace) -> int:
    registry = _login(context)
    names = sorted({image.repository: image for image in _images.images(context).values()}.items())
    for repository, image in names:
        if not _push(context, options, f"{registry}/{repository}", repository, image):
            return REFUSED
    if context.dry_run:
        return OK
    found = {repository: scanned(context, repository, options.tag) for repository, _ in names}
    told = [f"{name}:{options.tag} has {severe}" for name, counts in found.items() if (severe := _severe(counts))]
    context.result(
        {"pushed": [name for name, _ in names], "findings": found, "severe": bool(told)},
        "\n".join(
            [*told, "Fix them, or accept them in ECR's own exceptions; nothing is deployed."]
            if told
            else ["Pushed; no severe findings."]
        ),
    )
    return REFUSED if told else OK


def _push(
    context: Context, options: argparse.Namespace, remote: str, repository: str, image: _images.BuiltImage
) -> bool:
    """Push an image, and tell whether Docker did; one that a cut-off run pushed stays, as tags are immutable."""
    if not context.dry_run and _pushed(context, repository, options.tag):
        context.say(f"{repository}:{options.tag} is there already")
        return True
    local, there = f"{repository}:{options.tag}", f"{remote}:{options.tag}"
    commands = (("load", "--input", str(image.file(options.out))), ("tag", local, there), ("push", there))
    return not any(docker(context, *words) for words in commands)


def _severe(counts: Mapping[str, int]) -> str:
    """Return in words how many severe findings there are; empty: none."""
    return ", ".join(f"{number} {severity.lower()}" for severity, number in counts.items() if severity in SEVERE)


def _pushed(context: Context, repository: str, tag: str) -> bool:
    ecr = context.client("ecr")
    try:
        return bool(ecr.describe_images(repositoryName=repository, imageIds=[{"imageTag": tag}])["imageDetails"])
    except ecr.exceptions.ImageNotFoundException:
        return False


def _login(context: Context) -> str:
    """Log Docker in to the account's registry, and return its host."""
    registry = _images.registry_host(context)
    if context.dry_run:
        return registry
    token = context.client("ecr").get_authorization_token()["authorizationData"][0]["authorizationToken"]
    user, _, password = base64.b64decode(token).decode().partition(":")
    words = ["docker", "login", "--username", user, "--password-stdin", registry]
    done = subprocess.run(words, input=password, text=True, check=False, capture_output=True)  # noqa: S603 - words of our own
    if done.returncode:
        raise OperationError(f"docker login to {registry} failed: {done.stderr.strip()}")
    return registry


def scanned(context: Context, repository: str, tag: str) -> Mapping[str, int]:
    """Wait for the scan of an image, and return how many findings it has of each severity.

    Raises:
        OperationError: the scan failed, was never begun, or takes too long.
    """
    ecr, wanted = context.client("ecr"), {"repositoryName": repository, "imageId": {"imageTag": tag}}
    counts: dict[str, int] = {}

    def done() -> bool:
        try:
            answer = ecr.describe_image_scan_findings(**wanted)
        except ecr.exceptions.ScanNotFoundException:
            return False
        state = answer["imageScanStatus"]["status"]
        if state in {"FAILED", "UNSUPPORTED_IMAGE"}:
            raise OperationError(
                f"the scan of {repository}:{tag} is {state.lower()}: {answer['imageScanStatus'].get('description', '')}"
            )
        counts.update(answer.get("imageScanFindings", {}).get("findingSeverityCounts", {}))
        return state in {"COMPLETE", "ACTIVE"}

    context.until(f"the scan of {repository}:{tag} is not finished", done, every=5)
    return counts


COMMAND = Command(
    name="push",
    help="Push the built images and stop at severe findings of their scan (TAG=...)",
    run=_run,
    arguments=tag_options,
    changes=True,
)
