import sys
from pathlib import Path

import pytest

from perpetuo.cli import local_model

CPUINFO = {
    "has it": ("processor\t: 0\nflags\t\t: fpu avx avx2 bmi1\n", True),
    "has only AVX": ("processor\t: 0\nflags\t\t: fpu avx bmi1\n", False),
    "another flag that begins so": ("flags\t\t: fpu avx2x\n", False),
    "named elsewhere than in the flags": ("model name\t: avx2\nflags\t\t: fpu\n", False),
}


@pytest.mark.parametrize("case", CPUINFO)
def test_the_cpu_is_asked_for_avx2(case: str, tmp_path: Path) -> None:
    text, expected = CPUINFO[case]
    (tmp_path / "cpuinfo").write_text(text)
    assert local_model.has_avx2(tmp_path / "cpuinfo") is expected


def test_weights_are_found_without_importing_their_package() -> None:
    weights = local_model.find_weights()
    if weights is None:
        pytest.skip("the extra `local` is not installed")
    assert weights.read_bytes()[:4] == b"GGUF"
    assert local_model.WEIGHTS_PACKAGE not in sys.modules


def test_a_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local_model, "WEIGHTS_PACKAGE", "no_such_package_here")
    reason = local_model.why_not_here()
    assert reason is not None
    assert "perpetuo-gateway[local]" in reason
