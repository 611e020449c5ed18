from tests.commitments.conftest import people, scene

__all__ = ["people", "scene"]
