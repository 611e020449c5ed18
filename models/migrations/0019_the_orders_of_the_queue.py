"""One index for each order and filter of the staff queue. What is due, offered or dangerous is little beside all that is
past, so its indexes hold nothing else. And what belongs to a case is found by its case."""

from tortoise import migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

PARTIAL = """
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
"""
AS_BEFORE = """
DROP INDEX dispute_by_light, dispute_status_by_light, dispute_center_by_light, dispute_center_status_by_light,
           dispute_mediator_by_light, dispute_due_by_filing, dispute_center_due_by_filing, dispute_offered_by_light,
           dispute_offered_by_filing, dispute_taken_up_by_light, dispute_safety_by_light, dispute_safety_by_filing,
           dispute_center_safety_by_light, dispute_center_safety_by_filing;
CREATE INDEX dispute_by_light ON dispute (due_at, id);
CREATE INDEX dispute_target_by_light ON dispute (transfer_to_id, due_at, id);
"""


class Migration(migrations.Migration):
    dependencies = [("models", "0018_registry")]

    initial = False

    operations = [
        ops.RemoveIndex(model_name="Dispute", name=None, fields=["center_id", "id"]),
        ops.RemoveIndex(model_name="Dispute", name=None, fields=["center_id", "status", "id"]),
        ops.RemoveIndex(model_name="Dispute", name=None, fields=["center_id", "due_at", "id"]),
        ops.RemoveIndex(model_name="Dispute", name=None, fields=["transfer_to_id", "id"]),
        ops.AddIndex(model_name="Dispute", index=Index(fields=["created_at", "id"])),
        ops.AddIndex(model_name="Dispute", index=Index(fields=["status", "created_at", "id"])),
        ops.AddIndex(model_name="Dispute", index=Index(fields=["category", "created_at", "id"])),
        ops.AddIndex(model_name="Dispute", index=Index(fields=["center_id", "created_at", "id"])),
        ops.AddIndex(model_name="Dispute", index=Index(fields=["center_id", "status", "created_at", "id"])),
        ops.AddIndex(model_name="Dispute", index=Index(fields=["center_id", "category", "created_at", "id"])),
        ops.AddIndex(model_name="Dispute", index=Index(fields=["mediator_id", "created_at", "id"])),
        ops.AddIndex(model_name="Party", index=Index(fields=["dispute_id", "ordinal"])),
        ops.AddIndex(model_name="Appointment", index=Index(fields=["dispute_id", "id"])),
        ops.RunSQL(PARTIAL, AS_BEFORE),
    ]
