"""What a vendor's own list adds to the catalog."""

from datetime import date

from perpetuo.core.catalog import Model, Price, PriceBand
from perpetuo.providers.catalog.discovered import with_known_facts
from perpetuo.providers.catalog.load import load_catalog
from perpetuo.providers.catalog.prices import PRICE_DATA_VERSION

TODAY = date(2026, 11, 24)
CATALOG = load_catalog(TODAY)
LISTED = Price((PriceBand(1, 2),), source="groq model list")


def merged(vendor: str, *models: Model) -> tuple[Model, ...]:
    return with_known_facts(CATALOG.vendors[vendor], models, CATALOG, TODAY)


def test_a_model_that_has_a_row_is_not_new() -> None:
    assert merged("openai", Model("gpt-5.4", "gpt-5.4")) == ()


def test_a_new_model_keeps_the_lists_price_and_gets_the_known_one_otherwise() -> None:
    told, known = merged("groq", Model("new", "new", price=LISTED), Model("gemma2-9b-it", "gemma2-9b-it"))
    assert told.price == LISTED
    assert known.price is not None
    assert known.price.source == PRICE_DATA_VERSION
    assert merged("groq", Model("never-heard-of", "never-heard-of"))[0].price is None


def test_a_model_is_known_by_the_name_it_has_elsewhere() -> None:
    (model,) = merged("nvidia", Model("openai/gpt-oss-120b", "gpt-oss-120b"))
    assert (model.id, model.canonical) == ("openai/gpt-oss-120b", "gpt-oss-120b")
    (other,) = merged("nvidia", Model("x/qwen-3.8-27b", "qwen-3.8-27b"))
    assert other.canonical == "qwen3.8-27b"


def test_a_chat_model_is_not_taken_for_an_embedding_of_the_same_name() -> None:
    (model,) = merged("custom", Model("x/text-embedding-3-small", "text-embedding-3-small", intent="chat"))
    assert model.canonical == "x/text-embedding-3-small"
