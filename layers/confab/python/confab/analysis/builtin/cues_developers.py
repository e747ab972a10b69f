"""Phrases of people who work with an assistant that writes code or documents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

_MADE: Final = (
    "function|method|package|module|flag|option|api|endpoint|file|class|library|parameter|argument|import|field|column|"
    "table|command|setting|attribute|property|version|variable|url|link|page|article|paper|citation|reference|source|"
    "quote|study|book|case|law|statute|menu|button|syntax|keyword|operator|hook|component|prop|model|product|feature|"
    "policy|plan|number|address|path|directory|branch|repo|repository|key|switch|operator|crate|gem|dependency"
)
_SPOILS: Final = (
    "delete|remove|change|rewrite|break|drop|overwrite|revert|ignore|undo|modify|rename|add|touch|edit|skip|comment|"
    "disable|replace|refactor|erase|wipe|move|reformat|duplicate|hardcode|mock|stub|invent|leave|install|force"
)
_SPOILT: Final = (
    "deleted|removed|changed|rewrote|broke|dropped|overwrote|reverted|ignored|undid|modified|renamed|touched|edited|"
    "skipped|disabled|replaced|erased|wiped|duplicated|hardcoded|forgot|missed|omitted|mangled|corrupted|truncated|lost"
)
_SPOILING: Final = (
    "deleting|removing|changing|rewriting|breaking|dropping|overwriting|reverting|ignoring|modifying|renaming|adding|"
    "touching|editing|skipping|disabling|replacing|erasing|moving|reformatting|duplicating|hardcoding|mocking|"
    "inventing|"
    "guessing|making|using|forcing|installing|repeating|apologizing|lying"
)

DEVELOPER_PHRASES: Final[Mapping[str, Sequence[str]]] = {
    "correction": (
        "you _ made that|this|it|them|those|these|stuff|things|the|a|half up",
        f"made that|this|the|a|an|those|it|some|these|my? {_MADE} up",
        f"{_MADE} is|are not real|valid|there|right|correct|true|genuine",
        f"why are|were you {_SPOILING}",
        f"made _ up that|this|it|the|a|of? {_MADE}",
        "is|was|are|were|completely|totally|entirely|just|all made up",
        "hallucinated|hallucinating|hallucinate|hallucinates|hallucination|hallucinations",
        f"you _ invented|fabricated|imagined|faked|bluffed|guessed that|this|it|the|a|an|my? {_MADE}?",
        f"that|this|the|your|those|these _ {_MADE}|{_MADE}s _ does|do|did not exist",
        "it|that|this|they|those literally|simply|just? does|do not even|actually|really? exist",
        f"no such {_MADE}|thing",
        f"there is|are no {_MADE} called|named|like|with|in|on|for|that",
        f"not a|an real|valid|actual|existing {_MADE}|thing",
        f"{_MADE} is|are|was|were fake|fictional|fabricated|imaginary|invented|wrong|nonexistent|outdated|"
        "deprecated|dead",
        f"why did|do|would|are|have you _ {_SPOILS}|deleting|removing|changing|{_SPOILT}",
        f"why did|do|would you _ {_SPOILS} _ my|the|all|our|half|every|unrelated|code|tests|test|file|files",
        f"you|it _ {_SPOILT} _ my|the|all|half|every|everything|our|one|test|tests|code|file|files|imports|that",
        "did|do not ask|want|tell|need you to|for",
        "not what i asked|wanted|meant|said|requested",
        f"stop {_SPOILS}ing|adding|changing|deleting|removing|rewriting|inventing|guessing|making|touching|apologizing",
        "put|bring|give _ it|them|that|my _ back",
        "revert|undo|restore|rollback that|this|it|your|the|everything _ change|changes|edit|commit|$",
        "roll that|it|this back",
        "wrong file|function|branch|language|version|line|class|method|repo|directory|import|variable|table|query|"
        "formula",
        "you keep|kept _ ing|changing|adding|deleting|removing|breaking|making|inventing|ignoring|forgetting|using",
        "you lied|lie",
        "that|this|your|it _ outdated|deprecated|obsolete",
        "this|that|it|your _ introduces|introduced|created|creates|adds _ bug|bugs|error|errors|regression",
        "still wrong|incorrect|fails|failing|broken",
        "try|do|read it|that|again properly|carefully|correctly",
        "read|check my|the|what _ again|carefully|wrote|properly",
        "you are hallucinating|guessing|inventing|making|bluffing|contradicting|lying",
        "contradicts|contradicting what|yourself|your|the",
        "never said|asked|told|mentioned|wrote that|this|for|you|it|about|anything",
        "is|was not in the|my|this|that file|code|docs|documentation|repo|document|text|source|api",
    ),
    "fails": (
        "does|do|did|will|would not _ compile|build|run|parse|lint|type|typecheck|render|deploy|pass|return|execute|"
        "boot",
        "tests|test|build|pipeline|ci|deployment|deploy|lint|it|this|that|code|job still|now|is|are|all? "
        "fails|fail|failed|failing|red|broken",
        "throws|throwing|threw|raises|raised|raising an|a|the|exceptions|exception|errors|typeerror",
        "segfaults|segfault|segfaulted|deadlocks|hangs|hanging|hung|stalls|stalled|stutters|stuttering|lags|lagging|"
        "buffers|buffering|flickers|flickering|glitches|glitching|drops|disconnects|disconnecting|jams|leaks|overheats",
    ),
    "pleased": (
        "good|nice|great point|spot",
        "works like a charm",
        "all|tests|test|build|ci|everything is|are|now? green|pass|passes|passing",
        "exactly|precisely what i|we needed|need|wanted|want|meant|asked|was|were",
    ),
    "solved": (
        "tests|test|build|ci|code|it|everything now? passes|pass|passing|compiles|builds|runs now|again|fine|all|$",
    ),
}
