"""The reference campaign, played once for every test that looks at it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playing import REFERENCE, Played, generate, play


@pytest.fixture(scope="session")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    played = play(REFERENCE, tmp_path_factory.mktemp("reference"))
    yield played
    played.rehearsal.ops.close()


@pytest.fixture
def generated(tmp_path: Path) -> Callable[[int], Path]:
    return lambda seed: generate(seed, tmp_path)
