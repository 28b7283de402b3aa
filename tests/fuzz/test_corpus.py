"""What fuzzing found on its way, and the seeds it began with: each is handled as it has to be."""

from pathlib import Path

import pytest
from targets import TARGETS

CORPUS = Path(__file__).parent / "corpus"


@pytest.mark.parametrize("name", TARGETS)
def test_what_fuzzing_kept_is_handled(name: str) -> None:
    function, seeds = TARGETS[name]
    kept = sorted((CORPUS / name).iterdir())
    assert len(kept) > 20
    for data in (*seeds(), *(path.read_bytes() for path in kept)):
        function(data)
