"""Build every image of a stack, tagged by commit, and keep them as files; needs Docker and no AWS account."""

from __future__ import annotations

import argparse
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from operations import _images
from operations._command import OK, REFUSED, WRONG, Command, Context, OperationError, tag


def docker(context: Context, *words: str) -> int:
    """Run Docker in this terminal and return its exit code; with --dry-run say what would run.

    Raises:
        OperationError: it is not installed.
    """
    found = shutil.which("docker")
    if found is None:
        raise OperationError("docker is not on this machine; building images needs it", WRONG)
    context.say(f"docker {' '.join(words)}")
    return 0 if context.dry_run else subprocess.run([found, *words], check=False).returncode  # noqa: S603 - words of our own


def commands(image: _images.BuiltImage, root: Path, tag: str) -> Sequence[str]:
    """Return what builds an image."""
    context = root / image.build.context
    words = ["build", "--tag", f"{image.repository}:{tag}", "--file", str(context / image.build.dockerfile)]
    for name, value in sorted(image.build.args.items()):
        words += ["--build-arg", f"{name}={value}"]
    return [*words, str(context)]


def _run(context: Context, options: argparse.Namespace) -> int:
    built: dict[str, _images.BuiltImage] = {}
    for image in _images.images(context).values():
        other = built.setdefault(image.repository, image)
        if other.build != image.build:
            raise OperationError(
                f"two services share {image.repository}, but pipelines.yaml builds it in two ways", WRONG
            )
    options.out.mkdir(parents=True, exist_ok=True)
    for image in built.values():
        if docker(context, *commands(image, context.stack.path.resolve().parent, options.tag)):
            return REFUSED
        if docker(context, "save", "--output", str(image.file(options.out)), f"{image.repository}:{options.tag}"):
            return REFUSED
    names = [f"{repository}:{options.tag}" for repository in built]
    context.result({"images": names, "folder": options.out}, f"Built {', '.join(names)}.")
    return OK


def tag_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that name a version and where its images are kept."""
    parser.add_argument("--tag", type=tag, required=True, help="the images' tag: the commit")
    parser.add_argument(
        "--out", type=Path, default=Path("build/images"), help="where built images are kept; default: build/images"
    )


COMMAND = Command(
    name="images",
    help="Build a stack's images, tagged by commit (TAG=...)",
    run=_run,
    arguments=tag_options,
    changes=True,
)
