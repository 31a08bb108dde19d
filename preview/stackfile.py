"""Read a stack file, `Pulumi.<stack>.yaml`, as the engine would, and say in one line what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from preview import yaml

_MAX_BYTES: Final = 1_000_000
_NAME: Final = re.compile(r"Pulumi\.(?P<stack>[A-Za-z0-9_.-]+)\.ya?ml")


class InvalidStackFile(Exception):  # noqa: N818 - reads as what it says
    """The file cannot be a stack file; the text is one line that says where and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StackFile:
    """A stack file's content."""

    path: Path
    stack: str
    """The stack's name, from the file's name."""
    config: Mapping[str, object]
    """The `config:` section with full keys such as `slipway:app`. A value that is no mapping or list is its exact text,
    which is what the engine hands to the program."""


def read(path: Path) -> StackFile:
    """Read a stack file.

    Args:
        path: a file called `Pulumi.<stack>.yaml`.

    Raises:
        InvalidStackFile: missing, not YAML (with line and column), empty, over 1 MB, or without a usable `config:`.
    """
    name = _NAME.fullmatch(path.name)
    if not name:
        raise InvalidStackFile(f"{path}: a stack file is called Pulumi.<stack>.yaml, such as Pulumi.prod.yaml")
    document = _document(path)
    if document is None:
        raise InvalidStackFile(f"{path}: the file is empty; it needs a config: section")
    if not isinstance(document, yaml.MappingNode):
        raise InvalidStackFile(f"{path}: expected a mapping with a config: section, found {_kind(document)}")
    sections = {key.value: value for key, value in document.value}
    section = sections.get("config")
    if section is None:
        found = ", ".join(map(str, sections)) or "nothing"
        raise InvalidStackFile(f"{path}: no config: section; at the top level there is {found}")
    if not isinstance(section, yaml.MappingNode):
        raise InvalidStackFile(f"{path}: config: expected a mapping, found {_kind(section)}")
    return StackFile(path=path, stack=name["stack"], config=_config(path, document, section))


def stacks(root: Path) -> list[str]:
    """Return the names of the stacks that have a file in this folder, sorted."""
    found = (_NAME.fullmatch(path.name) for path in root.glob("Pulumi.*.y*ml"))
    return sorted(match["stack"] for match in found if match)


def _document(path: Path) -> yaml.Node | None:
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise InvalidStackFile(f"{path}: no such file") from None
    except OSError as error:
        raise InvalidStackFile(f"{path}: {(error.strerror or str(error)).lower()}") from None
    if len(data) > _MAX_BYTES:
        raise InvalidStackFile(f"{path}: {len(data):,} bytes; a stack file has at most {_MAX_BYTES:,}")
    try:
        return yaml.compose(data.decode())
    except UnicodeDecodeError as error:
        raise InvalidStackFile(f"{path}: not UTF-8 text (byte {error.start + 1})") from None
    except yaml.Error as error:
        raise InvalidStackFile(_not_yaml(path, error)) from None


def _config(path: Path, document: yaml.Node, section: yaml.Node) -> dict[str, object]:
    try:
        parsed = yaml.construct(document)
    except yaml.Error as error:
        raise InvalidStackFile(_not_yaml(path, error)) from None
    values = parsed["config"] if isinstance(parsed, dict) else {}
    exact = {key.value: value.value for key, value in section.value if isinstance(value, yaml.ScalarNode)}
    config: dict[str, object] = {}
    for key, value in values.items():
        if not isinstance(key, str) or key.count(":") != 1 or not all(key.split(":")):
            raise InvalidStackFile(f"{path}: config: {key!r} is no key; write <namespace>:<name>, such as slipway:app")
        config[key] = value if isinstance(value, dict | list) else "" if value is None else exact[key]
    return config


def _not_yaml(path: Path, error: yaml.Error) -> str:
    if isinstance(error, yaml.MarkedError) and error.problem_mark is not None:
        mark = error.problem_mark
        return f"{path}:{mark.line + 1}:{mark.column + 1}: not valid YAML: {error.problem}"
    return f"{path}: not valid YAML: {' '.join(str(error).split())}"


def _kind(node: yaml.Node) -> str:
    return {"MappingNode": "a mapping", "SequenceNode": "a list"}.get(type(node).__name__, "a single value")
