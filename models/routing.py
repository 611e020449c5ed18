from tortoise import fields
from tortoise.models import Model


class CountyBoundary(Model):
    """Where a county ends. Optional: without any row, distance and the names of divisions decide."""

    code = fields.CharField(max_length=12, primary_key=True)
    """GB/T 2260, six digits."""
    name = fields.CharField(max_length=64)
    shape = fields.BinaryField()
    """MultiPolygon as little-endian WKB: WGS-84, longitude first."""
    source = fields.CharField(max_length=128)
    imported_at = fields.DatetimeField()

    class Meta:
        table = "county_boundary"


class RoutingPolicy(Model):
    """One version of the routing policy. Rows are added and withdrawn, never changed."""

    version = fields.IntField(primary_key=True, generated=False)
    name = fields.CharField(max_length=64)
    text = fields.TextField()
    """The TOML file as the operator wrote it."""
    effective_from = fields.DatetimeField()
    added_at = fields.DatetimeField()
    withdrawn_at = fields.DatetimeField(null=True)

    class Meta:
        table = "routing_policy"
