from tests.registry.conftest import people

__all__ = ["people"]
