"""A stand-in for a partner, for tests and for whoever connects one (docs/exchange.md)."""
