from worker.telephony.backoff import FIRST_PAUSE, LONGEST_PAUSE, Backoff


def test_pauses_grow_to_a_limit_and_a_success_ends_them() -> None:
    backoff = Backoff(chance=lambda: 0.5)
    pauses = []
    for _ in range(10):
        backoff.failed(at=100.0)
        pauses.append(backoff.pause_left(at=100.0))

    backoff.succeeded()

    assert pauses[:3] == [FIRST_PAUSE, 2 * FIRST_PAUSE, 4 * FIRST_PAUSE]
    assert pauses[-1] == LONGEST_PAUSE
    assert backoff.pause_left(at=100.0) == 0.0


def test_chance_spreads_the_pauses() -> None:
    early, late = Backoff(chance=lambda: 0.0), Backoff(chance=lambda: 0.999)
    early.failed(at=0.0)
    late.failed(at=0.0)

    assert early.pause_left(at=0.0) < FIRST_PAUSE < late.pause_left(at=0.0)
