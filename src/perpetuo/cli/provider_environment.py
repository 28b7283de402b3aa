"""Provider keys that are already in the environment, under the names that the vendors' own SDKs read."""

import datetime
import os
from collections.abc import Mapping
from pathlib import Path

from dotenv import dotenv_values

from perpetuo.control.provider_keys.validation import OUR_KEYS_BEGIN
from perpetuo.core.catalog import Catalog
from perpetuo.providers.catalog.load import load_catalog


def today() -> datetime.date:
    return datetime.datetime.now(datetime.UTC).date()


def vendor_variables() -> frozenset[str]:
    """Names that may hold vendor keys; no worker needs them, because provider keys are in the database."""
    return frozenset(vendor.env_var for vendor in load_catalog(today()).vendors.values() if vendor.env_var is not None)


def found_provider_keys(environment: Mapping[str, str], catalog: Catalog) -> dict[str, str]:
    """Vendor name -> key, for every vendor whose variable is set."""
    found: dict[str, str] = {}
    for vendor in catalog.vendors.values():
        value = environment.get(vendor.env_var, "").strip() if vendor.env_var else ""
        if value and not value.startswith(OUR_KEYS_BEGIN):
            found[vendor.name] = value
    return found


def environment_with_dotenv(dotenv: Path) -> dict[str, str]:
    """The process's variables, and below them those of `.env`."""
    values = dotenv_values(dotenv) if dotenv.is_file() else {}
    return {name: value for name, value in values.items() if value is not None} | dict(os.environ)
