-- From 0021_events_that_count.py, sha256 fe712570e62c1eaaeb35ea27c82f6d2ef7f910334d7a6dfe7ce3fc2452c9c6d6; `hejie makemigrations` writes it anew.
--
-- Run SQL
--
CREATE INDEX event_counted ON event (kind, at)
    WHERE kind IN ('mediation_started', 'agreed', 'not_agreed', 'imported');
