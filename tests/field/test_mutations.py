"""A few of the changed stack files; `python -m tests.field.mutations` tries a thousand."""

import random

from tests.field import additions
from tests.field.mutations import run
from tests.settings.files import config


def test_each_setting_is_added_to_some_file() -> None:
    values, chance = config(), random.Random(1)  # noqa: S311 - the same again, no secret
    while additions.add(values, chance):
        pass
    assert sorted(f"{model.__name__}.{name}" for model, name in additions.every() - additions.present(values)) == []


def test_changed_files_are_refused_in_words_or_accepted() -> None:
    result = run(range(2000, 2200), recorded=False)
    assert result.faults == []
    assert result.refused > 100
    assert result.accepted > 20


def test_what_is_accepted_can_be_recorded() -> None:
    result = run(range(20))
    assert result.faults == []
    assert result.accepted
