"""The message of a report's notice, made when it is sent from what the table has then."""

from __future__ import annotations

from typing import Protocol

from confab.domain.chatbot import Chatbot
from confab.domain.notices import Message, Notice, Told
from confab.domain.rules import Rule
from confab.reports.contents import contents_of
from confab.reports.due import windows_of
from confab.reports.review import ReviewChatbot
from confab.reports.words import blocks_of, lines_of, title_of


class Rules(Protocol):
    """Finds rules (``rules.store.RuleStore``)."""

    def get(self, chatbot_id: str, rule_id: str) -> Rule | None: ...


class WriteReport:
    """Writes reports.

    Args:
        rules: finds the rule, which says whether texts may leave the account.
        review: makes the review that a report is.
    """

    def __init__(self, rules: Rules, review: ReviewChatbot) -> None:
        self._rules = rules
        self._review = review

    def __call__(self, chatbot: Chatbot, told: Told, notice: Notice) -> Message | None:
        """The message; None when the rule is gone.

        Raises:
            Unavailable: the table did not answer.
        """
        rule = self._rules.get(chatbot.id, told.id)
        if rule is None:
            return None
        review = self._review(chatbot, *windows_of(notice))
        contents = contents_of(review, texts=rule.include_text)
        return Message(
            title=title_of(contents, rule.name),
            lines=lines_of(contents),
            data={"review": contents},
            blocks=blocks_of(contents),
        )
