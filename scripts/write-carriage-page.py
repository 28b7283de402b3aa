"""Writes docs/carriage.md from the tables in the code: what each wire protocol does with each field of a request.

`python scripts/write-carriage-page.py` writes it; a test says when it is out of date.
"""

from pathlib import Path

from perpetuo.core.carriage import FIELDS, Carriage
from perpetuo.providers.catalog.vendors import VENDORS
from perpetuo.providers.registry import PROTOCOLS

PAGE = Path(__file__).parents[1] / "docs" / "carriage.md"

HEAD = """# Lossless or loud: what becomes of each field

Generated from the code by `python scripts/write-carriage-page.py`; do not edit.

A request uses fields; the candidate it goes to carries them or not. What each entry means:

- **carried**: it arrives, nothing lost.
- **about**: it arrives in another form, said beside it; the reply lists it in `x-perpetuo-approximated`.
- **dropped**: it is left out, and the reply lists it in `x-perpetuo-dropped`. The answer is still one to this request.
- **refused**: without it the answer would be another one, so this candidate is not asked. If nobody else can carry it
  either, the client gets a 400 that names the field.
- **origin**: signed or encrypted reasoning goes only to who can read it. With the workspace's `drop_reasoning` it is
  dropped instead.

`X-Perpetuo-Strict: on` refuses every loss: only candidates with *carried* for all fields of the request are asked.

A field set to what happens anyway (`n: 1`, `temperature: 1`, `null`, …) is not used. A dot leads from a field into its
parts: `content.*` are parts of any message, `assistant.*` and `tool.*` of messages of that role. A colon leads to a
case of the field, such as a temperature above 1. Fields that are not in this table travel on unread where the upstream
speaks OpenAI's protocol, and are dropped elsewhere.

A response format that a model lacks is asked for by a tool that must be called, if the model has tools and the request
brings none of its own: it counts as **about**.

"""

VENDORS_HEAD = """
## Vendors and models that differ from their protocol

Rows of the catalog; a model may refuse more than its vendor.

| vendor | also carries | refuses |
|---|---|---|
"""


def page() -> str:
    names = list(PROTOCOLS)
    lines = [HEAD, f"| field | {' | '.join(f'`{name}`' for name in names)} |\n", "|---" * (len(names) + 1) + "|\n"]
    for field in FIELDS:
        cells = [_cell(field, PROTOCOLS[name].carriage) for name in names]
        lines.append(f"| `{field}` | {' | '.join(cells)} |\n")
    lines.append(VENDORS_HEAD)
    for vendor in VENDORS:
        by_model = sorted({f"{field} ({model.id})" for model in vendor.models for field in model.refused_fields})
        refuses = [*sorted(vendor.refused_fields), *_grouped(by_model)]
        if vendor.carries or refuses:
            lines.append(f"| {vendor.name} | {_listed(sorted(vendor.carries))} | {_listed(refuses)} |\n")
    return "".join(lines)


def _cell(field: str, carriage: Carriage) -> str:
    for name in (field, field.partition(":")[0]):
        if name in carriage.approximated:
            return f"about: {carriage.approximated[name]}"
        if name in carriage.carried:
            return "carried"
    return {"meaning": "**refused**", "wish": "dropped", "origin": "origin"}[FIELDS[field]]


def _grouped(pairs: list[str]) -> list[str]:
    """`temperature (a)`, `temperature (b)` -> `temperature (2 models)`."""
    counts: dict[str, list[str]] = {}
    for pair in pairs:
        field, _, model = pair.partition(" (")
        counts.setdefault(field, []).append(model.rstrip(")"))
    return [
        f"{field} ({models[0] if len(models) == 1 else f'{len(models)} models'})" for field, models in counts.items()
    ]


def _listed(fields: list[str]) -> str:
    return (
        ", ".join(f"`{field}`" if " (" not in field else f"`{field.replace(' (', '` (', 1)}" for field in fields) or "-"
    )


if __name__ == "__main__":
    PAGE.write_text(page())
