import runpy
from pathlib import Path

import pytest

from perpetuo.core.carriage import FIELDS
from perpetuo.providers.catalog.vendors import VENDORS
from perpetuo.providers.registry import PROTOCOLS

ROOT = Path(__file__).parents[2]


@pytest.mark.skipif(not (ROOT / "scripts").is_dir(), reason="the wheel has no scripts")
def test_the_published_matrix_is_what_the_code_says() -> None:
    script = runpy.run_path(str(ROOT / "scripts" / "write-carriage-page.py"))
    assert script["PAGE"].read_text() == script["page"](), "run `python scripts/write-carriage-page.py`"


@pytest.mark.parametrize("name", PROTOCOLS)
def test_a_protocol_speaks_only_of_fields_that_exist(name: str) -> None:
    """Or of top-level fields that only its vendor has."""
    carriage = PROTOCOLS[name].carriage
    others = (carriage.carried | carriage.approximated.keys()) - FIELDS.keys()
    assert all(other.isidentifier() for other in others)
    assert not carriage.carried & carriage.approximated.keys()


@pytest.mark.parametrize("vendor", VENDORS, ids=[vendor.name for vendor in VENDORS])
def test_what_a_vendor_adds_its_protocol_lacks(vendor) -> None:  # type: ignore[no-untyped-def]
    carriage = PROTOCOLS[vendor.protocol].carriage
    assert not vendor.carries & (carriage.carried | carriage.approximated.keys())
    assert not vendor.carries & vendor.refused_fields
