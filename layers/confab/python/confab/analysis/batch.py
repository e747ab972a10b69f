"""A batch of conversations from the queue: each is judged by itself, and those of one chatbot are counted together."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from confab.analysis.consumer import Analyse, AnalysisOutcome, CountingJob
from confab.platform.errors import TimeOver, Unavailable
from confab.storage.values import Place

Result = AnalysisOutcome | Exception


class AnalyseBatch:
    """Analyses conversations; the failure of one leaves the others alone.

    Args:
        has_time: whether there is time to begin with another conversation.
        enqueue: queues a conversation that got more messages while it was analysed.
    """

    def __init__(self, has_time: Callable[[], bool], enqueue: Callable[[str, str], object]) -> None:
        self._has_time = has_time
        self._enqueue = enqueue

    def __call__(self, wanted: Mapping[Place, Analyse]) -> dict[Place, Result]:
        """What became of each conversation: what was done, or why it failed.

        Args:
            wanted: the conversations, each with what analyses it.
        """
        results: dict[Place, Result] = {}
        prepared: dict[str, dict[Place, CountingJob]] = {}
        for place, analyse in wanted.items():
            if not self._has_time():
                results[place] = TimeOver("There was no time left for it in this batch.")
                continue
            try:
                ready = analyse.prepare(*place)
            except Exception as error:
                results[place] = error
                continue
            if isinstance(ready, CountingJob):
                prepared.setdefault(place[0], {})[place] = ready
            else:
                results[place] = ready if ready is not None else self._alone(place, analyse)
        for several in prepared.values():
            results.update(self._count(several, wanted))
        for place, result in results.items():
            if isinstance(result, AnalysisOutcome) and result.waits:
                self._enqueue(*place)
        return results

    def _count(self, prepared: Mapping[Place, CountingJob], wanted: Mapping[Place, Analyse]) -> dict[Place, Result]:
        analyse = wanted[next(iter(prepared))]
        counted: list[AnalysisOutcome | None] = [None] * len(prepared)
        try:
            counted = analyse.count([*prepared.values()])
        except Unavailable as error:
            return dict.fromkeys(prepared, error)
        except Exception as error:
            if len(prepared) == 1:
                return dict.fromkeys(prepared, error)
        # One of them may have failed the others, so those that are not counted are tried one by one.
        return {
            place: result if result is not None else self._alone(place, wanted[place])
            for place, result in zip(prepared, counted, strict=True)
        }

    def _alone(self, place: Place, analyse: Analyse) -> Result:
        try:
            return analyse(*place)
        except Exception as error:
            return error
