import pytest

from perpetuo.db.engine import DatabaseUrlInvalid, create_engine, translate_url

TRANSLATIONS = {
    "heroku's scheme": ("postgres://u:p@h:5433/d", "postgresql://u:p@h:5433/d"),
    "SQLAlchemy's scheme": ("postgresql+asyncpg://u:p@h/d", "postgresql://u:p@h/d"),
    "sslmode": ("postgresql://u@h/d?sslmode=verify-full", "postgresql://u@h/d?sslmode=verify-full"),
    "ssl=true": ("postgresql://u@h/d?ssl=true", "postgresql://u@h/d?sslmode=require"),
    "sslmode wins over ssl": ("postgresql://u@h/d?ssl=true&sslmode=disable", "postgresql://u@h/d?sslmode=disable"),
    "neon's and prisma's parameters": (
        "postgresql://u@h/d?sslmode=require&channel_binding=require&pgbouncer=true&connect_timeout=3",
        "postgresql://u@h/d?sslmode=require",
    ),
    "a socket directory": ("postgresql://u@/d?host=%2Ftmp%2Fa%20b", "postgresql://u@/d?host=%2Ftmp%2Fa%20b"),
    "several hosts": ("postgresql://u@h1:1,h2:2/d", "postgresql://u@h1:1,h2:2/d"),
    "spaces around": (" postgresql://h/d\n", "postgresql://h/d"),
}


@pytest.mark.parametrize(("given", "expected"), TRANSLATIONS.values(), ids=TRANSLATIONS)
def test_urls_of_other_tools_become_asyncpgs(given: str, expected: str):
    assert translate_url(given) == expected
    assert translate_url(expected) == expected


@pytest.mark.parametrize("url", ["mysql://u:hunter2@h/d", "sqlite:///hunter2", "hunter2", "http://[hunter2"])
def test_other_urls_are_refused_without_being_repeated(url: str):
    with pytest.raises(DatabaseUrlInvalid) as refused:
        create_engine(url)
    assert "hunter2" not in str(refused.value)
