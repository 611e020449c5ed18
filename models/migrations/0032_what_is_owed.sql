-- From 0032_what_is_owed.py, sha256 c1df71c9d3814478024145971b0717879e778c5760ad2c9b43d67f0c9fe16fb6; `hejie makemigrations` writes it anew.
--
-- Run SQL
--
DROP INDEX commitment_open, event_counted;
CREATE INDEX commitment_open ON commitment (due_on, id) WHERE ended_as IS NULL;
CREATE INDEX fulfilment_report_came ON fulfilment_report (done_on) WHERE amount_fen IS NOT NULL;
CREATE INDEX event_counted ON event (kind, at)
    WHERE kind IN ('mediation_started', 'agreed', 'agreement_effective', 'not_agreed', 'imported');
