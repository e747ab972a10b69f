"""Puts together the stores that several subjects use. Those that every function uses are the deployment's own."""

from __future__ import annotations

from confab.deployment import Deployment, shared
from confab.storage.conversation_lookup import ConversationLookup
from confab.storage.events import EventStore
from confab.storage.feedback import FeedbackStore
from confab.storage.histories import HistoryStore
from confab.storage.list_walks import ListWalks
from confab.storage.partition_reader import PartitionReader
from confab.storage.people import PeopleStore
from confab.storage.scores import ScoreStore
from confab.storage.statistics import StatisticsStore
from confab.storage.tally import Tally
from confab.storage.topics import TopicStore


@shared
def conversation_lookup(deployment: Deployment) -> ConversationLookup:
    """Where a conversation is that a caller names."""
    return ConversationLookup(deployment.conversations, deployment.credentials, deployment.chatbots)


@shared
def histories(deployment: Deployment) -> HistoryStore:
    """Whole conversations."""
    return HistoryStore(deployment.table, deployment.limits)


@shared
def feedback(deployment: Deployment) -> FeedbackStore:
    """Feedback."""
    return FeedbackStore(deployment.table, deployment.limits, deployment.settings.lease, deployment.visibility)


@shared
def events(deployment: Deployment) -> EventStore:
    """Events."""
    return EventStore(deployment.table, deployment.limits)


@shared
def scores(deployment: Deployment) -> ScoreStore:
    """Scores."""
    return ScoreStore(deployment.table, deployment.limits, deployment.settings.lease)


@shared
def partitions(deployment: Deployment) -> PartitionReader:
    """Everything of a conversation."""
    return PartitionReader(deployment.table, deployment.visibility)


@shared
def list_walks(deployment: Deployment) -> ListWalks:
    """Pages of the lists of conversations."""
    return ListWalks(deployment.table, deployment.visibility)


@shared
def statistics(deployment: Deployment) -> StatisticsStore:
    """The counters of chatbots."""
    return StatisticsStore(deployment.table)


@shared
def tally(deployment: Deployment) -> Tally:
    """Writes to the statistics."""
    return Tally(deployment.table, deployment.deadline.sleep)


@shared
def people(deployment: Deployment) -> PeopleStore:
    """Users and organizations."""
    return PeopleStore(deployment.table)


@shared
def topics(deployment: Deployment) -> TopicStore:
    """Topics that the analysis found."""
    return TopicStore(deployment.table)
