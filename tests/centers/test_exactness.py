from tests.benchmarks import exactness


def test_no_answer_is_noticeably_worse_than_the_geodesic_nearest() -> None:
    found = exactness.measure(300, among=6_000)
    assert found.worst_excess_m <= exactness.GOAL_M
    assert found.same_when_shuffled
