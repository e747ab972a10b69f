"""Work in turn: what is large or fails for one keeps nobody else waiting."""

from __future__ import annotations

from confab.platform.pieces import Job, Piece, counted, in_turn


def test_a_large_job_lets_the_others_have_their_turn() -> None:
    left = {"large": 5, "small": 1, "none": 0}
    order: list[str] = []

    def work(name: str, budget: int) -> Piece:
        order.append(name)
        done = min(left[name], budget)
        left[name] -= done
        return Piece(done, more=done > 0)

    done = in_turn([Job("expired", name, work) for name in left], 2, lambda: True, lambda *_: None)
    assert order == ["large", "small", "none", "large", "small", "large", "large"]
    assert done == {"removed": 0, "erased": 0, "expired": 6}


def test_a_job_that_fails_is_told_of_and_left_to_the_next_run() -> None:
    failures: list[str] = []

    def failing(name: str, _: int) -> int:
        raise RuntimeError(name)

    left = iter([1, 1, 0])
    jobs = [Job("removed", "bad", counted(failing)), Job("erased", "good", counted(lambda *_: next(left)))]
    done = in_turn(jobs, 1, lambda: True, lambda job, error: failures.append(f"{job.name}: {error}"))
    assert failures == ["bad: bad"]
    assert done == {"removed": 0, "erased": 2, "expired": 0}


def test_no_piece_is_begun_without_time() -> None:
    times = iter([True, True, False])
    begun: list[str] = []

    def endless(name: str, _: int) -> int:
        begun.append(name)
        return 1

    in_turn([Job("removed", "endless", counted(endless))], 1, lambda: next(times), lambda *_: None)
    assert begun == ["endless"] * 2
