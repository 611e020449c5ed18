-- From 0003_open_notices.py, sha256 bfc5d146d8b60147eeadf67beef39abe07e9f4b8f97a6b822675f75db0ff16ae; `hejie makemigrations` writes it anew.
--
-- Run SQL
--
CREATE INDEX notice_open ON notice (created_at) WHERE delivery IN ('pending', 'begun');
