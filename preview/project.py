"""The project file, `Pulumi.yaml`, and the configuration a program gets from it and from the stack file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Self

from preview import yaml
from preview.yaml_scalars import written

_MAX_INT: Final = 2**63


class InvalidProject(Exception):  # noqa: N818 - reads as what it says
    """The folder is no Pulumi project; the text is one line that says why."""


class Text(str):
    """A value as a program gets it, that also knows how the stack file has it: a program can then show what people wrote."""

    __slots__ = ("spelled",)
    spelled: Mapping[yaml.Place, str]
    """What the file has where the engine changes the spelling of a scalar, by its place in the value."""

    def __new__(cls, text: str, spelled: Mapping[yaml.Place, str] | None = None) -> Self:
        """Return the text with its spellings."""
        made = super().__new__(cls, text)
        made.spelled = spelled or {}
        return made


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """What the preview needs of `Pulumi.yaml`."""

    root: Path
    name: str
    defaults: Mapping[str, object] = field(default_factory=dict)
    """Values and defaults of the project's `config:` section, with full keys such as `slipway:app`."""

    def values(
        self, config: Mapping[str, object], spelled: Mapping[str, Mapping[yaml.Place, str]] | None = None
    ) -> dict[str, str]:
        """Return the configuration as the CLI hands it to a program: text, and JSON for mappings and lists.

        Args:
            config: the stack file's `config:` section, parsed, with full keys.
            spelled: how the file has what the engine spells otherwise, see `StackFile`; the values are `Text` then.
        """
        values = {key: _text(value) for key, value in {**self.defaults, **config}.items()}
        if spelled is None:
            return values
        return {key: Text(value, spelled.get(key, {})) for key, value in values.items()}


def read(root: Path) -> Project:
    """Read the project in a folder.

    Raises:
        InvalidProject: no usable `Pulumi.yaml` there.
    """
    path = root.resolve() / "Pulumi.yaml"
    try:
        document = yaml.loaded(path.read_text(encoding="utf-8"))
    except OSError:
        raise InvalidProject(f"{root}: no Pulumi.yaml there; give the project's folder with --root") from None
    except yaml.Error as error:
        raise InvalidProject(f"{path}:{error.line}:{error.column}: not valid YAML: {error.problem}") from None
    name = document.get("name") if isinstance(document, dict) else None
    if not isinstance(document, dict) or not isinstance(name, str):
        raise InvalidProject(f"{path}: no project name")
    defaults: dict[str, object] = {}
    declared = document.get("config")
    for key, declaration in (declared if isinstance(declared, dict) else {}).items():
        full = key if ":" in key else f"{name}:{key}"
        if not isinstance(declaration, dict):
            defaults[full] = declaration
        elif "value" in declaration or "default" in declaration:
            defaults[full] = declaration.get("value", declaration.get("default"))
    return Project(root=path.parent, name=name, defaults=defaults)


def is_secret(value: object) -> bool:
    """Tell whether a configuration value is encrypted or holds something that is."""
    if isinstance(value, Mapping):
        return _is_ciphertext(value) or any(is_secret(part) for part in value.values())
    return isinstance(value, list) and any(is_secret(part) for part in value)


def _is_ciphertext(value: Mapping[object, object]) -> bool:
    return set(value) == {"secure"} and isinstance(value["secure"], str)


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool | int | float):
        return written(value)
    plain = _as_json(value)
    # The engine writes the keys of objects in order.
    return (
        plain
        if isinstance(plain, str)
        else json.dumps(plain, separators=(",", ":"), ensure_ascii=False, sort_keys=True)
    )


def _as_json(value: object) -> object:
    """Replace what only the stack's key can decrypt by `[secret]`, as `pulumi stack export` does, and make huge numbers floats, as Go's JSON does."""
    if isinstance(value, Mapping):
        return "[secret]" if _is_ciphertext(value) else {key: _as_json(part) for key, part in value.items()}
    if isinstance(value, int) and value >= _MAX_INT:
        return float(value)
    return [_as_json(part) for part in value] if isinstance(value, list) else value
