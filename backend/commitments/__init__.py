"""Agreements that are kept: what was promised, what was done of it, what remains when it is not."""
