"""What both APIs have word for word: one handler each, found under `/mini/v1` and under `/staff/v1`."""

from backend.shared_api import evidence, explanations, meetings, rooms, talks

BOTH = tuple(module.both for module in (evidence, explanations, meetings, rooms, talks))
