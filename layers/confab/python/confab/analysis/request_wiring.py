"""Puts together what asks for analyses, apart from the consumer: the administration loads no analyzer."""

from __future__ import annotations

from confab.analysis.judge_again import JudgeAgain
from confab.deployment import Deployment, shared
from confab.storage import wiring as storage_wiring


@shared
def judge_again(deployment: Deployment) -> JudgeAgain:
    """Has conversations judged again."""
    lookup = storage_wiring.conversation_lookup(deployment)
    return JudgeAgain(deployment.conversations, lookup, deployment.enqueue_analysis, now=deployment.now)
