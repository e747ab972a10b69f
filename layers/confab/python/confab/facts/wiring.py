"""Puts together who reads the copies of conversations."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from confab.deployment import Deployment, shared
from confab.facts.cache import FactCache
from confab.facts.files import FactFiles
from confab.facts.reading import FactReader
from confab.facts.scratch import process_folder
from confab.storage.clocks import optional_time


@shared
def files(deployment: Deployment) -> FactFiles:
    """The bucket with the files."""
    return FactFiles(deployment.objects(deployment.settings.facts_bucket))


@shared
def cutoff(deployment: Deployment) -> Callable[[str], datetime | None]:
    """By chatbot, the time (UTC) up to which what was last active has expired; None for never."""
    return lambda chatbot_id: optional_time(deployment.visibility.cutoff(chatbot_id))


@shared
def reader(deployment: Deployment) -> FactReader:
    """Opens the facts of chatbots, on this function's own disk."""
    cache = FactCache(files(deployment), process_folder("confab-facts"), now=deployment.now)
    return FactReader(files(deployment), cache, cutoff(deployment))
