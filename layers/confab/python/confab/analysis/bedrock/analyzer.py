"""The Bedrock analyzer: asks a model, has it repair a bad answer once, and else uses the built-in analyzer."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, Final

from confab.analysis.analyzer import Analyzer, Past
from confab.analysis.bedrock import prompt
from confab.analysis.bedrock.answer import BadAnswer, ModelResults, read_answer
from confab.analysis.bedrock.converse import TRUNCATED, NotAnswered, Reply, converse, supports_native
from confab.analysis.bedrock.models import Traits, traits_of
from confab.analysis.bedrock.spending import Spending
from confab.analysis.bedrock.transcript import Excerpt, addresses_reader, excerpt
from confab.analysis.builtin.topics import phrase_key
from confab.domain.analyzer_settings import BEDROCK, TOOL
from confab.domain.message import USER, Message
from confab.domain.model_prices import DEFAULT, Price
from confab.domain.results import Analysis, ConversationResult, MessageResult
from confab.platform.errors import AnalysisRetry, Unavailable

ATTEMPTS: Final = 2
_FAULTS_NOTED: Final = 3
_UNUSABLE: Final = {
    "guardrail_intervened": "answer withheld by a guardrail",
    "content_filtered": "answer withheld by a filter",
    "model_context_window_exceeded": "conversation too long",
}
_CUT_OFF: Final = "the answer: was cut off; keep every reasoning under eight words"


@dataclass(frozen=True, slots=True, kw_only=True)
class BedrockModel:
    """Which model is asked, and how.

    Attributes:
        model: its id, inference profile, or the ARN of either.
        price: what it costs.
        tier: the service tier.
        output: overrides how it is made to answer in JSON; None for what is known of the model.
    """

    model: str
    price: Price
    tier: str = DEFAULT
    output: str | None = None


class BedrockAnalyzer:
    """Judges a conversation with one call of a model (an ``Analyzer``).

    What the model is not asked (languages), what does not fit one call, and messages that speak to whoever judges come
    from the built-in analyzer, and so does everything when the model gives no valid answer; ``note`` says so.

    Args:
        client: gives the ``bedrock-runtime`` client; asked when it is first needed.
        model: which model, and how.
        builtin: judges what the model does not.
        spending: the chatbot's budget.
        new_nonce: gives a random value for the fence.
        report: is told the reason when the built-in analyzer had to judge instead.
        topics: names of topics to prefer, by those who run the chatbot.
        found: such names that come from conversations; the model is shown them as data.
        waits: whether to raise ``AnalysisRetry`` for what may pass; else the built-in analyzer judges at once.
    """

    def __init__(
        self,
        client: Callable[[], Any],
        model: BedrockModel,
        builtin: Analyzer,
        spending: Spending,
        *,
        new_nonce: Callable[[], str],
        report: Callable[[str], None],
        topics: Sequence[str] = (),
        found: Sequence[str] = (),
        waits: bool = True,
    ) -> None:
        self._client = client
        self._model = model
        self._builtin = builtin
        self._spending = spending
        self._new_nonce = new_nonce
        self._report = report
        self._topics = topics
        self._found = [name for name in found if not addresses_reader(name)]
        self._names = {phrase_key(name): name for name in (*self._found, *topics)}
        self._waits = waits

    def analyse(self, transcript: Sequence[Message], judge: Collection[str], past: Past | None = None) -> Analysis:
        """Judge messages of a conversation; see ``Analyzer``."""
        own = self._builtin.analyse(transcript, judge, past)
        shown = excerpt([*(past.messages if past else ()), *transcript], judge, whole=past is None)
        if not shown.asked:
            return replace(own, note=f"{BEDROCK}: no message to ask about")
        try:
            judged = self._judged(shown)
        except NotAnswered as error:
            if error.passing and self._waits:
                raise AnalysisRetry(error.reason) from error
            self._report(error.reason)
            return replace(own, note=f"{BEDROCK}: {error.reason}")
        return self._merged(own, judged, shown)

    def _judged(self, shown: Excerpt) -> ModelResults:
        """A valid answer.

        Raises:
            NotAnswered: there is none.
        """
        faults: Sequence[str] = ()
        for _ in range(ATTEMPTS):
            reply = self._ask(shown, faults)
            if reply.stop_reason in _UNUSABLE:
                raise NotAnswered(_UNUSABLE[reply.stop_reason], passing=False)
            try:
                return read_answer(reply.content, shown)
            except BadAnswer as bad:
                faults = [_CUT_OFF] if reply.stop_reason == TRUNCATED else bad.faults
        raise NotAnswered(f"bad answer twice ({'; '.join(faults[:_FAULTS_NOTED])})", passing=False)

    def _ask(self, shown: Excerpt, faults: Sequence[str]) -> Reply:
        """One call, within the budget.

        Raises:
            NotAnswered: there is no answer, or no money for one.
        """
        model, client = self._model, self._client()
        names = prompt.Names(self._topics, self._found)
        asked = prompt.request(shown, self._traits(client), names, self._new_nonce(), faults)
        most = model.price.cost(prompt.request_tokens(asked), prompt.answer_tokens(shown), model.tier)
        reservation = self._spending.reserve(most)
        if reservation is None:
            raise NotAnswered("budget", passing=False)
        try:
            reply = converse(client, model.model, model.tier, asked)
        except NotAnswered as error:
            if not error.billed:
                with suppress(Unavailable):
                    self._spending.release(reservation)
            raise
        cost = model.price.cost(reply.request_tokens, reply.answer_tokens, model.tier)
        # A good answer is worth more than an exact sum: what was set aside stays counted.
        with suppress(Unavailable):
            self._spending.settle(reservation, cost, reply.request_tokens + reply.answer_tokens)
        return reply

    def _traits(self, client: Any) -> Traits:
        traits = traits_of(self._model.model, self._model.output)
        return traits if supports_native(client) else replace(traits, output=TOOL)

    def _merged(self, own: Analysis, judged: ModelResults, shown: Excerpt) -> Analysis:
        messages = [self._of_message(result, judged.messages.get(result.key)) for result in own.messages]
        left = len(messages) - len(judged.messages)
        return Analysis(
            messages=messages,
            conversation=self._of_conversation(own.conversation, judged.conversation, shown),
            provider=BEDROCK,
            model=self._model.model,
            version=prompt.VERSION,
            note=f"{BEDROCK}: {left} of {len(messages)} messages judged by {own.provider}" if left else "",
            course=own.course,
        )

    def _of_message(self, own: MessageResult, judged: MessageResult | None) -> MessageResult:
        if judged is None:
            return own
        return replace(
            judged,
            language=own.language,
            topics=self._named(judged.topics),
            satisfaction=own.satisfaction,
            satisfaction_reasoning=own.satisfaction_reasoning,
        )

    def _of_conversation(
        self, own: ConversationResult, judged: ConversationResult, shown: Excerpt
    ) -> ConversationResult:
        """The model's word on the whole; what needs all of it comes from whoever has read all of it."""
        turns = sum(line.message.role == USER for line in shown.lines)
        named = replace(judged, topics=self._named(judged.topics), trend=judged.trend if turns > 1 else None)
        named = replace(named, arrived_upset=own.arrived_upset, state=own.state, headline=own.headline)
        return named if shown.whole else replace(named, first_bad_turn=own.first_bad_turn, trend=own.trend)

    def _named(self, topics: Sequence[str]) -> tuple[str, ...]:
        """Topics under the names that are preferred, where other forms of the same words were given."""
        return tuple(dict.fromkeys(self._names.get(phrase_key(topic), topic) for topic in topics))
