"""Vendors, models, aliases, tiers and prices, as data. A new vendor is a row; a new model is data."""
