"""Campaigns of other seeds, written by the generator beside the data, give their own figures."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playing import play


@pytest.mark.parametrize("seed", [7, 424242, 20261122])
def test_other_seeds_give_their_figures(
    seed: int, generated: Callable[[int], Path], tmp_path: Path
) -> None:
    played = play(generated(seed), tmp_path / "out")
    assert [one for one in played.compared if one.outcome == "different"] == []
    played.rehearsal.ops.close()
