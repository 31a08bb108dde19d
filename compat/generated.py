"""Code that the standard library makes from text whenever a class is defined, compiled once and kept between runs.

`dataclasses` compiles five functions for each class, `typing` each type hint that is written as text, most of which are never asked for.
The texts are compiled as they are; a Python whose library makes them in another way only compiles them itself.
"""

from __future__ import annotations

import dataclasses
import functools
import typing
from collections.abc import Callable
from types import CodeType
from typing import Any, Final

_FILE: Final = "<string>"


def install(keep: Callable[[str, str, Callable[[], CodeType]], CodeType]) -> None:
    """Use kept code from now on.

    Args:
        keep: returns the code of a kind and a text, made by its third argument if it is not known yet.
    """

    def compiled(text: str, mode: str) -> CodeType:
        return keep(mode, text, lambda: compile(text, _FILE, mode, dont_inherit=True))

    hint = functools.cache(functools.partial(compiled, mode="eval"))

    def execute(text: Any, names: dict[str, Any], local: dict[str, Any] | None = None) -> None:  # noqa: ANN401 - as exec
        exec(compiled(text, "exec") if isinstance(text, str) else text, names, local)  # noqa: S102 - the standard library's

    def evaluate(text: Any, names: dict[str, Any], local: dict[str, Any] | None = None) -> Any:  # noqa: ANN401 - as eval
        return eval(hint(text) if isinstance(text, str) else text, names, local)  # noqa: S307 - as above

    def compile_later(text: Any, name: str, mode: str) -> Any:  # noqa: ANN401 - as compile
        """Compile a type hint when it is asked for."""
        return text if isinstance(text, str) and mode == "eval" else compile(text, name, mode)

    for module, name, replacement in (
        (dataclasses, "exec", execute),
        (typing, "eval", evaluate),
        (typing, "compile", compile_later),
    ):
        setattr(module, name, replacement)  # in front of the built-in of that name
