"""Which images a stack is made of, and how each is built."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from operations._command import WRONG, Context, OperationError
from operations.pipelines import write as pipelines
from operations.pipelines.model import ImageBuild


@dataclass(frozen=True, kw_only=True, slots=True)
class BuiltImage:
    """An image of the stack's own repositories. Services that share a repository share it."""

    repository: str
    """The repository's name, such as storefront/api."""
    build: ImageBuild
    """What it is built from."""

    def file(self, folder: Path) -> Path:
        """Return where the built image is kept until it is pushed."""
        return folder / f"{self.repository.replace('/', '--')}.tar"


def images(context: Context) -> Mapping[str, BuiltImage]:
    """Return the images, by service.

    Raises:
        OperationError: pipelines.yaml beside the stack file has mistakes.
    """
    folder = context.stack.path.resolve().parent
    own = {key: str(s.image.repository) for key, s in context.stack.settings.services.items() if s.image.repository}
    try:
        built = pipelines.builds(pipelines.read(folder), list(own)) if (folder / "pipelines.yaml").is_file() else {}
    except pipelines.InvalidPipelinesError as error:
        raise OperationError(str(error), WRONG) from error
    return {
        key: BuiltImage(repository=name, build=built.get(key, ImageBuild(context=f"./{key}")))
        for key, name in own.items()
    }


def registry_host(context: Context) -> str:
    """Return the host of the account's registry in the stack's region."""
    account = context.client("sts").get_caller_identity()["Account"]
    suffix = "amazonaws.com.cn" if context.stack.region.startswith("cn-") else "amazonaws.com"
    return f"{account}.dkr.ecr.{context.stack.region}.{suffix}"
