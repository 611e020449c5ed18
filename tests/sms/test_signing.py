"""Against the worked example in Tencent Cloud's own description of the signature."""

import json
from datetime import UTC, datetime

from backend.sms import signing

PAYLOAD = json.dumps({"Limit": 1, "Filters": [{"Values": ["未命名"], "Name": "instance-name"}]}).encode()
HOST = "cvm.tencentcloudapi.com"


def test_the_hash_of_a_request() -> None:
    found = signing.request_hash(HOST, "/", "DescribeInstances", PAYLOAD)
    assert found == "7019a55be8395899b900fb5564e4200d984910f34794a27cb3fb7d10ff6a1e84"


def test_a_signature() -> None:
    request = "5ffe6a04c0664d6b969fab9a13bdab201d63ee709638e2749d62a09ca18d7031"
    text = f"TC3-HMAC-SHA256\n1551113065\n2019-02-25/cvm/tc3_request\n{request}"
    found = signing.sign("Gu5t9xGARNpq86cd98joQYCN3EXAMPLE", "2019-02-25", "cvm", text)
    assert found == "72e494ea809ad7a8c8f7a4507b9bddcbaa8e581f516e8da2f66e2c5a96525168"


def test_the_day_is_that_of_utc() -> None:
    moment = datetime.fromtimestamp(1551113065, UTC).astimezone()
    header = signing.authorization(
        "AKID", "key", service="cvm", host=HOST, path="/", action="DescribeInstances", payload=PAYLOAD, at=moment
    )
    assert header.startswith("TC3-HMAC-SHA256 Credential=AKID/2019-02-25/cvm/tc3_request, SignedHeaders=content-type;")
