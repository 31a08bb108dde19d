"""The project file, `Pulumi.yaml`, and the configuration a program gets from it and from the stack file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from preview import yaml


class InvalidProject(Exception):  # noqa: N818 - reads as what it says
    """The folder is no Pulumi project; the text is one line that says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """What the preview needs of `Pulumi.yaml`."""

    root: Path
    name: str
    defaults: Mapping[str, object] = field(default_factory=dict)
    """Values and defaults of the project's `config:` section, with full keys such as `slipway:app`."""

    def values(self, config: Mapping[str, object]) -> dict[str, str]:
        """Return the configuration as the CLI hands it to a program: text, and JSON for mappings and lists.

        Args:
            config: the stack file's `config:` section, parsed, with full keys.
        """
        return {key: _text(value) for key, value in {**self.defaults, **config}.items()}


def read(root: Path) -> Project:
    """Read the project in a folder.

    Raises:
        InvalidProject: no usable `Pulumi.yaml` there.
    """
    path = root.resolve() / "Pulumi.yaml"
    try:
        document = yaml.load(path.read_text(encoding="utf-8"))
    except OSError:
        raise InvalidProject(f"{root}: no Pulumi.yaml there; give the project's folder with --root") from None
    except yaml.Error as error:
        raise InvalidProject(f"{path}: not valid YAML: {' '.join(str(error).split())}") from None
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
        return set(value) == {"secure"} or any(is_secret(part) for part in value.values())
    return isinstance(value, list) and any(is_secret(part) for part in value)


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return ""
    if isinstance(value, int | float):
        return str(value)
    plain = _without_ciphertext(value)
    return plain if isinstance(plain, str) else json.dumps(plain, separators=(",", ":"), ensure_ascii=False)


def _without_ciphertext(value: object) -> object:
    """Replace what only the stack's key can decrypt by `[secret]`, as `pulumi stack export` does."""
    if isinstance(value, Mapping):
        if set(value) == {"secure"}:
            return "[secret]"
        return {key: _without_ciphertext(part) for key, part in value.items()}
    return [_without_ciphertext(part) for part in value] if isinstance(value, list) else value
