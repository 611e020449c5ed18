-- From 0028_the_morning_list.py, sha256 6d49be42842dcbb72198ae203ff508820154d2a9b49552d830d86308da8b8816; `hejie makemigrations` writes it anew.
--
-- Run SQL
--
DROP INDEX dispute_overdue, dispute_resumes;
CREATE INDEX dispute_waiting_by_light ON dispute (due_at, id)
 WHERE resumes_at IS NOT NULL OR status = 'transferred' OR recusal_pending;
