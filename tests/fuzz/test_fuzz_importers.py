"""Every importer, for a moment; `python tests/fuzz/run.py` goes on for as long as it is told."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from .importers import targets, tried
from .inputs import inputs
from .run import main

TARGETS = targets()


@pytest.mark.parametrize("name", TARGETS)
def test_a6_the_right_input_of_an_importer_is_taken(name: str) -> None:
    assert tried(TARGETS[name].run, TARGETS[name].seed)


@pytest.mark.parametrize("name", TARGETS)
@given(data=st.data())
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
def test_a6_no_importer_raises_anything_but_what_is_documented(name, data):
    tried(TARGETS[name].run, data.draw(inputs(TARGETS[name].seed)))


def test_a6_an_unknown_importer_is_said_so(capsys):
    assert main(["no-such"]) == 2
    assert "responses-csv" in capsys.readouterr().out
