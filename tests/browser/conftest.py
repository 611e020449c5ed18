from tests.wechat.conftest import listener, simulator

__all__ = ["listener", "simulator"]
