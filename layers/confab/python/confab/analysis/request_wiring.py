"""Puts together what asks for analyses, apart from the consumer: the administration loads no analyzer."""

from __future__ import annotations

from confab.analysis.judge_again import JudgeAgain
from confab.deployment import Deployment, shared


@shared
def judge_again(deployment: Deployment) -> JudgeAgain:
    """Has conversations judged again."""
    return JudgeAgain(deployment.conversations, deployment.credentials, deployment.enqueue_analysis, now=deployment.now)
