"""Perpetuo: a self-hosted, multi-tenant, OpenAI-compatible AI gateway."""
