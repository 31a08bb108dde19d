"""Read a stack file, `Pulumi.<stack>.yaml`, as the engine would, and say in one line what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from preview import yaml
from preview.yaml_scalars import written

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
    """The `config:` section with full keys such as `slipway:app`. A value that is no mapping or list is the text which the
    engine hands to the program."""
    spelled: Mapping[str, Mapping[yaml.Place, str]] = field(default_factory=dict)
    """By key, what the file has where the engine changes the spelling of a scalar: 1.10 becomes 1.1, 0x1F 31."""


def read(path: Path, content: bytes | None = None) -> StackFile:
    """Read a stack file.

    Args:
        path: a file called `Pulumi.<stack>.yaml`.
        content: what it is to hold; None: what it holds.

    Raises:
        InvalidStackFile: missing, not YAML or not as the engine reads it (with line and column), empty, over 1 MB, or without a
            usable `config:`.
    """
    name = _NAME.fullmatch(path.name)
    if not name:
        raise InvalidStackFile(f"{path}: a stack file is called Pulumi.<stack>.yaml, such as Pulumi.prod.yaml")
    document = _document(path, content)
    if document is None:
        raise InvalidStackFile(f"{path}: the file is empty; it needs a config: section")
    if not isinstance(document, yaml.MappingNode):
        raise InvalidStackFile(f"{path}: expected a mapping with a config: section, found {_kind(document)}")
    try:
        data = yaml.construct(document)
    except yaml.Error as error:
        raise InvalidStackFile(f"{path}:{error}") from None
    sections = data.value
    assert isinstance(sections, dict)  # noqa: S101 - a mapping's value is one
    _check_sections(path, document, sections)
    config, spelled = {}, {}
    for key, value in sections["config"].items():
        if key.count(":") != 1 or not all(key.split(":")):
            raise InvalidStackFile(f"{path}: config: {_no_key(key)}")
        config[key] = value if isinstance(value, str | dict | list) else "" if value is None else written(value)
        around = ("config", key)
        here = {place[2:]: text for place, text in data.spelled.items() if place[:2] == around}
        if here:
            spelled[key] = here
    return StackFile(path=path, stack=name["stack"], config=config, spelled=spelled)


def stacks(root: Path) -> list[str]:
    """Return the names of the stacks that have a file in this folder, sorted."""
    found = (_NAME.fullmatch(path.name) for path in root.glob("Pulumi.*.y*ml"))
    return sorted(match["stack"] for match in found if match)


def _document(path: Path, content: bytes | None) -> yaml.Node | None:
    try:
        data = path.read_bytes() if content is None else content
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
        raise InvalidStackFile(f"{path}:{error.line}:{error.column}: not valid YAML: {error.problem}") from None


def _check_sections(path: Path, document: yaml.MappingNode, sections: Mapping[str, object]) -> None:
    """Refuse what the engine refuses at the top level, and what it would read and an offline preview cannot."""
    for key, _ in document.pairs:
        if not yaml.is_text(key):
            raise InvalidStackFile(f"{path}:{key.line}:{key.column}: a name at the top level is text; put it in quotes")
    if "config" not in sections:
        found = ", ".join(sections) or "nothing"
        raise InvalidStackFile(f"{path}: no config: section; at the top level there is {found}")
    if not isinstance(sections["config"], dict):
        what = "a list" if isinstance(sections["config"], list) else "a single value"
        hint = "; indent what belongs to it by two spaces" if sections["config"] is None else ""
        raise InvalidStackFile(f"{path}: config: expected a mapping, found {what}{hint}")
    for name in ("secretsprovider", "encryptedkey", "encryptionsalt"):
        if isinstance(sections.get(name), dict | list):
            raise InvalidStackFile(f"{path}: {name}: expected text")
    if "environment" in sections:
        raise InvalidStackFile(
            f"{path}: environment: what Pulumi ESC adds to the configuration is not known offline; `pulumi preview` knows it"
        )


def _no_key(key: str) -> str:
    if ":" in key or not re.fullmatch(r"[A-Za-z]\w*", key):
        return f"{key!r} is no key; write <namespace>:<name>, such as slipway:app"
    return f"{key!r} is no key; write <namespace>:<name>, such as slipway:{key}, or indent it under the setting it belongs to"


def _kind(node: yaml.Node) -> str:
    return {"MappingNode": "a mapping", "SequenceNode": "a list"}.get(type(node).__name__, "a single value")
