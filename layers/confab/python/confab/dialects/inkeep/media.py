"""Media in Inkeep's answers: texts and images with an address are content; other media with an address are links."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from confab.domain.extras import attachments_of
from confab.domain.media import label_of
from confab.domain.message import Message

IMAGE: Final = "image"
_PARTS: Final = ("text", "image_url")


def shown_content(message: Message, content: Any, *, in_parts: bool) -> tuple[Any, list[dict[str, Any]]]:
    """The content of a message with its media, and links to those that are not in it.

    Args:
        content: as it was logged, or the text; parts that the client takes come back as they are.
        in_parts: whether images may be parts of the content; they are in a chat, and are links elsewhere.
    """
    if isinstance(content, list) and all(part["type"] in _PARTS for part in content):
        return content, []
    media = attachments_of(message)
    placed = [medium for medium in media if "url" in medium]
    images = [medium["url"] for medium in placed if in_parts and medium["type"] == IMAGE]
    links = [_link(medium) for medium in placed if not in_parts or medium["type"] != IMAGE]
    text = _text(message.content, media, with_images=bool(images))
    if not images:
        return (content if content is None and not text else text), links
    words = [{"type": "text", "text": text}] if text else []
    return [*words, *({"type": "image_url", "image_url": {"url": url}} for url in images)], links


def _link(medium: Mapping[str, Any]) -> dict[str, Any]:
    title = {"title": medium["name"]} if "name" in medium else {}
    return {"url": medium["url"], "type": medium["type"], **title}


def _text(words: str, media: Sequence[Mapping[str, Any]], *, with_images: bool) -> str:
    """The words, and a mark for each medium without an address; where nothing else is shown, for all of them."""
    unseen = [medium for medium in media if "url" not in medium]
    if not words and not with_images:
        unseen = list(media)
    return "\n".join(filter(None, (words, label_of(unseen))))
