"""A few of the changed stack files; `python -m tests.field.mutations` tries a thousand."""

from tests.field.mutations import run


def test_changed_files_are_refused_in_words_or_accepted() -> None:
    result = run(range(2000, 2200), recorded=False)
    assert result.faults == []
    assert result.refused > 100
    assert result.accepted > 20


def test_what_is_accepted_can_be_recorded() -> None:
    result = run(range(20))
    assert result.faults == []
    assert result.accepted
