-- From 0019_the_orders_of_the_queue.py, sha256 d16a72f6bda9e0d45bc7366b635ad5199eba094466440cd1c4a5f75223edfa99; `hejie makemigrations` writes it anew.
--
-- Remove index from Dispute
--
DROP INDEX "idx_dispute_center__455615";
--
-- Remove index from Dispute
--
DROP INDEX "idx_dispute_center__1fd439";
--
-- Remove index from Dispute
--
DROP INDEX "idx_dispute_center__01ff55";
--
-- Remove index from Dispute
--
DROP INDEX "idx_dispute_transfe_1cf480";
--
-- Add index to Dispute
--
CREATE INDEX "idx_dispute_created_0c7cb6" ON "dispute" ("created_at", "id");
--
-- Add index to Dispute
--
CREATE INDEX "idx_dispute_status_df3474" ON "dispute" ("status", "created_at", "id");
--
-- Add index to Dispute
--
CREATE INDEX "idx_dispute_categor_cce211" ON "dispute" ("category", "created_at", "id");
--
-- Add index to Dispute
--
CREATE INDEX "idx_dispute_center__6d19b1" ON "dispute" ("center_id", "created_at", "id");
--
-- Add index to Dispute
--
CREATE INDEX "idx_dispute_center__f5e8e4" ON "dispute" ("center_id", "status", "created_at", "id");
--
-- Add index to Dispute
--
CREATE INDEX "idx_dispute_center__f30864" ON "dispute" ("center_id", "category", "created_at", "id");
--
-- Add index to Dispute
--
CREATE INDEX "idx_dispute_mediato_27cc36" ON "dispute" ("mediator_id", "created_at", "id");
--
-- Add index to Party
--
CREATE INDEX "idx_party_dispute_1a34de" ON "party" ("dispute_id", "ordinal");
--
-- Add index to Appointment
--
CREATE INDEX "idx_appointment_dispute_f643fd" ON "appointment" ("dispute_id", "id");
--
-- Run SQL
--
DROP INDEX dispute_by_light, dispute_target_by_light;
CREATE INDEX dispute_by_light ON dispute (due_at, id) INCLUDE (created_at, yellow_at) WHERE due_at IS NOT NULL;
CREATE INDEX dispute_status_by_light ON dispute (status, due_at, id) WHERE due_at IS NOT NULL;
CREATE INDEX dispute_center_by_light ON dispute (center_id, due_at, id) WHERE due_at IS NOT NULL;
CREATE INDEX dispute_center_status_by_light ON dispute (center_id, status, due_at, id) WHERE due_at IS NOT NULL;
CREATE INDEX dispute_mediator_by_light ON dispute (mediator_id, due_at, id) WHERE due_at IS NOT NULL;
CREATE INDEX dispute_due_by_filing ON dispute (created_at, id) WHERE due_at IS NOT NULL;
CREATE INDEX dispute_center_due_by_filing ON dispute (center_id, created_at, id) WHERE due_at IS NOT NULL;
CREATE INDEX dispute_taken_up_by_light ON dispute (due_at, id) WHERE source = 'historic' AND due_at IS NOT NULL;
CREATE INDEX dispute_offered_by_light ON dispute (transfer_to_id, due_at, id) WHERE transfer_to_id IS NOT NULL;
CREATE INDEX dispute_offered_by_filing ON dispute (transfer_to_id, created_at, id) WHERE transfer_to_id IS NOT NULL;
CREATE INDEX dispute_safety_by_light ON dispute (safety, due_at, id) WHERE safety <> 'none';
CREATE INDEX dispute_safety_by_filing ON dispute (safety, created_at, id) WHERE safety <> 'none';
CREATE INDEX dispute_center_safety_by_light ON dispute (center_id, safety, due_at, id) WHERE safety <> 'none';
CREATE INDEX dispute_center_safety_by_filing ON dispute (center_id, safety, created_at, id) WHERE safety <> 'none';
