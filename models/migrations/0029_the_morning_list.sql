-- From 0029_the_morning_list.py, sha256 947b0ac38cc788dad10851013cc2c296ca7cdd4799440b345227a5efd9ea4e1d; `hejie makemigrations` writes it anew.
--
-- Run SQL
--
DROP INDEX dispute_overdue, dispute_resumes;
CREATE INDEX dispute_waiting_by_light ON dispute (due_at, id)
 WHERE resumes_at IS NOT NULL OR status = 'transferred' OR recusal_pending;
