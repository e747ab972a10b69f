"""What users say when a dialogue goes well or badly: phrases, what they weigh, and what they mean.

The phrases use the notation of ``phrases.Phrases``; contractions are already opened ("don't" is "do not").
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

_ASKED: Final = "told|said|asked|explained|mentioned|gave|sent|answered|provided|tried|did|reported"
_SAYS: Final = "asking|ask|saying|say|repeating|repeat|telling|tell|sending|send|giving|give"
_HUMAN: Final = (
    "human|person|agent|agents|representative|rep|manager|supervisor|operator|advisor|someone|somebody|people"
)
_REACH: Final = "speak|talk|connect|transfer|chat|put|escalate|get|pass"
_PLAN: Final = "account|accounts|subscription|subscriptions|membership|contract|plan|service|policy|prime|trial"
_QUIT: Final = "cancel|close|delete|terminate|deactivate|end|cancelling|canceling|closing|deleting|cancelled"
_THING: Final = (
    "refund|money|order|package|parcel|delivery|item|items|payment|ticket|tickets|reply|response|stuff|deposit|cash"
)
_WORK: Final = (
    "work|working|works|load|loading|loads|open|opening|opens|start|starting|starts|connect|connecting|respond|"
    "responding|play|playing|sync|syncing|install|installing|download|downloading|upload|uploading|update|updating"
)
_BROKE: Final = (
    "broken|broke|crashed|crashes|crashing|frozen|freezes|freezing|failed|failing|fails|down|dead|stuck|gone"
)
_RIVAL: Final = "provider|providers|company|companies|vendor|bank|carrier|airline|tool|service"
_ENTHUSIASM: Final = "great|wow|perfect|nice|lovely|brilliant|awesome|fantastic|wonderful|super|excellent|amazing"


class Cue(NamedTuple):
    """A dialogue act that phrases give away.

    Attributes:
        valence: what it weighs, on the lexicon's scale (about -4 to 4); 0 when it says nothing about the mood.
        says: how a reasoning names it.
        phrases: lines in the notation of ``phrases.Phrases``.
        flags: flags of the message it raises.
        owns: whether the words inside it lose their own valence ("not bad", "thanks for nothing").
    """

    valence: float
    says: str
    phrases: Sequence[str]
    flags: Sequence[str] = ()
    owns: bool = True


USER_CUES: Final[Mapping[str, Cue]] = {
    "told_before": Cue(
        -2.2,
        "repeats what was said before",
        (
            f"already {_ASKED}",
            f"have already _ {_ASKED}",
            "told|asked|sent|gave you _ times|already|before|twice|thrice",
            "how many times|more",
            "i have? just told|said|asked you?",
            "like|as i said|told|mentioned|explained",
            "for the second|third|fourth|fifth|tenth|hundredth|millionth|last|umpteenth time",
            "again and again",
            "over and over",
            f"keep|keeps|kept {_SAYS}",
            "same question|answer|thing|response|reply|message|problem|issue again|over|every|each|as",
            "stop repeating|asking|sending",
            "are repeating yourself|the",
            "going|running|go _ circles",
            "asked _ times|twice",
        ),
        ("frustrated_user",),
    ),
    "correction": Cue(
        -1.3,
        "corrects the answer",
        (
            "is|was not what i _ asked|meant|said|wanted|need|needed|want|ordered|mean|ask|requested",
            "not what i _ asked|meant|said|wanted|need|needed|want|ordered|requested",
            "that|this|it is wrong|incorrect|false|untrue",
            "that|this|it is not right|correct|true|it|helpful|accurate",
            "is not helping|helpful|useful",
            "you misunderstood|misread",
            "you are wrong|mistaken|not listening|not understanding|not helping|lying",
            "you do|did not understand|listen|read|answer|get|help",
            "i did not ask|say|mean|want|order|request",
            "wrong answer|one|order|item|person|address|number|date|product|size",
            "not answer|answering my|the question",
        ),
        owns=False,
    ),
    "wants_human": Cue(
        -1.0,
        "asks for a human",
        (
            f"{_REACH} _ to|with|me _ human|person|agent|representative|rep|manager|supervisor|operator|advisor",
            f"{_REACH} to|with someone|somebody|anyone|people",
            f"real|actual|live|living|human {_HUMAN}|being|support",
            "human|agent|representative|operator|manager|supervisor please",
            "^ human|agent|representative|operator|supervisor $",
            "want|need|get|give|have a|an|your|the human|agent|representative|rep|manager|supervisor|operator",
            "talking|speaking to|with a|an bot|robot|machine|computer",
        ),
        ("frustrated_user",),
    ),
    "cancels": Cue(
        -1.5,
        "wants to leave",
        (
            f"{_QUIT} _ {_PLAN}",
            "want|like|need|going to quit|unsubscribe",
            "switch|switching|switched|moving|move|going|go to another|competitor|different|someone|somewhere",
            "switch|switching|change|changing provider|providers|carrier|bank|banks|company",
            "never buy|use|order|shop|fly|book|return|go|come _ again",
            "never buying|using|ordering|shopping|flying|booking",
            "will not be using|buying|ordering|renewing|coming",
            "last time i _ use|buy|order|shop|fly|book|with|from",
            "lost|losing a|another|me customer|client|as",
            "losing customers",
            "unsubscribe|unsubscribing",
            "business elsewhere|somewhere",
            "done|finished with you|this|them",
            "leaving you",
            "thinking|considering of? leaving|switching|canceling|cancelling",
        ),
        ("churn_risk",),
    ),
    "threatens": Cue(
        -2.4,
        "threatens with consequences",
        (
            "my lawyer|lawyers|solicitor|attorney",
            "legal action",
            "small claims",
            "sue|suing you|them|your",
            "report|reporting you|this to",
            "trading standards",
            "consumer protection|rights|court|affairs",
            "ombudsman|chargeback|bbb",
            "dispute the|this|my? charge|charges|payment",
        ),
        ("frustrated_user", "churn_risk"),
    ),
    "fails": Cue(
        -1.5,
        "reports a failure",
        (
            f"not {_WORK}",
            "not let|letting|allow|allowing|recognize|recognise|show|showing",
            "not seem|want to work|load|open|start|connect",
            "stopped|stop|quit working|responding",
            f"is|are|was|were|has|keeps|keep|got|went|just|it|app|site|website|page|again {_BROKE}",
            f"^ {_BROKE}",
            "crashed|crashes|crashing",
            "lost everything|all|my",
            "error message|code|again|when",
            "an|the|this|another|same|getting error|errors",
            "can not _ log|login|access|connect|open|use|find|get|see|pay|reset|sign|send|watch|play|download|upload",
            "unable to",
            "never|not arrived|arrive|came|received|receive|delivered|shipped|refunded|show|showed|appear|sent",
            "out of order",
            "did|do not get|receive my|the|any|it",
            "nothing works|happens|happened|helps|helped",
            "does nothing",
            "not fixed|resolved|solved|helping|help",
            "no longer works|working|available|able",
            "no longer _ access|use|log|login|open|see|find|get|sign|play|watch",
            "not been|yet? verified|approved|resolved|fixed|processed|credited|activated|received|delivered|shipped",
            "none of my|the|these|them _ work|works|working|worked",
            "no|não|non me? funciona|funcionan|sirve|funziona|va",
            "ne marche|fonctionne|fonctionnent|marchent plus|pas",
            "funktioniert|geht|klappt immer? noch? gar? nicht",
            "werkt|fungerar|virker nog? niet|inte|ikke",
        ),
    ),
    "waits": Cue(
        -1.2,
        "is kept waiting",
        (
            f"where is|are my|our|the {_THING}",
            f"where is|are _ {_THING}",
            f"when will|do|can i _ {_THING}",
            "still waiting|pending|nothing|no|not|have|has|can|do|does|is|got|get|getting|says",
            "been waiting",
            "waiting for|since|over _ days|day|weeks|week|hours|hour|months|month|minutes|ages|forever",
            "no response|reply|answer|update|updates|news|help",
            "nobody|no _ answers|answered|reply|replied|replies|responds|responded|helps|helped|cares",
            "it has|is been _ days|weeks|hours|months|years",
            "how much longer",
            "days|weeks|hours|months|minutes late",
            "takes|taking|took too|so|forever long?",
            "not heard back|from|anything",
        ),
    ),
    "mocks": Cue(
        -2.6,
        "thanks or praises in mockery",
        (
            "thanks|thank|thankyou you? a? lot? for nothing",
            "thanks|thank you? for wasting|ruining|ignoring|losing|not|breaking|charging|screwing",
            "yes right $",
            "what a joke|shame|mess|scam|waste|disgrace|nightmare|farce",
            "is a|an? joke|scam|disgrace|mess",
            "big|great|real help that",
            "call this|that|yourself _ service|support|help",
        ),
        ("frustrated_user",),
    ),
    "disgust": Cue(
        -2.4,
        "is fed up",
        (
            "waste|wasted|wasting of? my? time|money|hours",
            "worst _ service|support|company|app|experience|ever|product|customer|airline|bank|site|bot",
            "fed up",
            "sick|tired of you|this|your|waiting|seeing|these|being",
            "had enough|it with|of",
            "good|great|fine job|work|going|service _ not",
            "how hard|difficult is|can",
            "ripped|rip|rips|ripping off|me",
            "not acceptable|ok|good enough",
            "no excuse",
            "absolute|absolutely|complete|total joke|garbage|trash|shambles|disgrace|rubbish",
        ),
        ("frustrated_user",),
    ),
    "gives_up": Cue(
        -1.6,
        "gives up",
        (
            "forget it|about",
            "^ never mind",
            "^ nevermind",
            "give up",
            "^ ok|fine? whatever $",
            "is pointless|hopeless|impossible|useless|worthless",
            "what is the point",
            "not worth",
        ),
    ),
    "confused": Cue(
        -0.6,
        "is confused",
        (
            "do|did|still not understand|get _ how|what|why|you|it|this|that",
            "not understand $",
            "what do you mean",
            "am _ confused|lost",
            "so|very|really|this|is|all confusing",
            "not|no make|makes|making? any? sense",
            "^ huh",
            "^ what $",
            "not|no sure|idea|clue how|what|which|where|why",
            "not know how|what|which|where|why",
            "where|how do|am i even|supposed",
            "can you|please clarify|explain _ again",
        ),
        ("confused_user",),
    ),
    "urgent": Cue(
        -0.3,
        "presses for time",
        (
            "urgent|urgently|asap|emergency|immediately",
            "right now|away",
            "as soon as possible",
            "by today|tonight|tomorrow|end",
            "deadline is|today|tomorrow",
            "can not wait",
            "time sensitive|critical",
        ),
        ("urgent_request",),
        owns=False,
    ),
    "solved": Cue(
        1.6,
        "says it is solved",
        (
            "works|working|worked now|again|perfectly|fine|great|well|too|like",
            "it|everything|all works|worked",
            "that|this worked",
            "that|it|this did it|the",
            "is|was|been|got|it|now|all fixed|resolved|sorted|solved|working",
            "fixed|solved|resolved it|my|the",
            "problem|issue|all solved|fixed|resolved|sorted|gone",
            "^ sorted",
            "that|this|you helped|helps",
            "that|this is|was _ helpful",
            "i got it now|working|thanks",
            "makes sense now|thanks|thank",
        ),
    ),
    "thanks": Cue(
        1.7,
        "thanks",
        (
            "gracias|merci|danke|obrigado|obrigada|grazie|bedankt|tack|dziękuję|teşekkürler",
            "thank you|u?",
            "thanks|thankyou|thx|cheers",
            "appreciate it|that|your|the|you",
            "much appreciated",
        ),
    ),
    "courtesy": Cue(0.5, "closes with thanks", ("thanks|thank you? _ in advance",)),
    "not_bad": Cue(
        1.0,
        "finds it not bad",
        ("not bad|terrible|horrible|awful at? all?", "no problem|problems|issues|complaints|worries", "no complaints"),
    ),
    "pleased": Cue(
        1.0,
        "is pleased with the answer",
        (
            "sounds|looks|seems good|great|perfect|nice|wonderful|fine|amazing|awesome|lovely|excellent|delicious",
            f"that|this|it is|was|will|would be? {_ENTHUSIASM}|good|cool",
            f"^ {_ENTHUSIASM} $",
            "just what i need|needed|wanted|want",
            "that is it|all $",
            "good|great|nice|well job|work|bot|done",
            "you are the? best|great|awesome|amazing|wonderful|lifesaver",
        ),
        owns=False,
    ),
    "greets": Cue(0.0, "greets", ("good morning|afternoon|evening|night|day", "happy monday|friday|holidays|easter")),
    "wishes": Cue(
        0.0,
        "wishes for something",
        (
            f"it|that|this? would _ be {_ENTHUSIASM}|good|helpful|useful|cool|appreciated if|to|when",
            "would|will|could|can be? _ appreciate|appreciated",
            "appreciate any|some|a|if",
            "any help|advice|assistance|response|info|information|update is|would|will _ appreciated",
        ),
    ),
    "declines_politely": Cue(0.4, "declines politely", ("no|not _ thanks|thank you?", "no thanks|thank you?")),
    "accepts": Cue(
        0.0,
        "accepts",
        (
            "^ yes|sure|ok",
            "^ alright|correct|exactly",
            "that is|was correct|right|fine|it",
            "that|this|which works",
            "go ahead",
            "let us do",
            "will do|work",
            "i will take",
        ),
        owns=False,
    ),
    "declines": Cue(
        0.0,
        "declines",
        (
            "^ no|not|actually",
            "no thanks|thank",
            "not interested",
            "do not want|need|like|care|think",
            "did not like|enjoy|care",
            "too expensive|early|late|far|long|much|big|small|slow",
            "something|anything|somewhere|anywhere|someone else|different|cheaper|earlier|later|closer",
            "any|some|the other|others|another",
            "instead",
            "rather",
            "change",
            "that is not",
            "i will not",
            "have not seen",
            "never seen|heard",
        ),
        owns=False,
    ),
    "buys": Cue(
        0.0,
        "shows interest in buying",
        (
            "how much is|does|do|are|would|will|for",
            "price|prices|pricing|cost _ of|for|list|plan|plans|is",
            "want|like|love|ready|going|need|able to buy|purchase|order|upgrade|subscribe",
            "upgrade to|my|our",
            "sign up",
            "free trial|demo",
            "get|send|need|want a quote",
            "discount|promo|coupon|volume code|for|pricing|available",
            "add more? seats|licenses|licences|users",
            "is|are _ in stock",
            "take|accept credit|paypal|visa",
        ),
        ("buying_signal",),
        owns=False,
    ),
    "compares": Cue(
        0.0,
        "mentions another provider",
        (
            "competitor|competitors|competition",
            "alternative|alternatives to",
            "compare|compared _ to|with",
            "better|cheaper|faster than|with|at|elsewhere",
            "versus|vs",
            f"another|other|different|rival {_RIVAL}",
            "switch|switching|switched|migrating|migrate|moving|coming to|from|over",
        ),
        ("competitor_mention",),
        owns=False,
    ),
}

# An opening of praise turns into mockery when a failure or complaint follows in the same message.
OPENERS: Final = frozenset(f"{_ENTHUSIASM}|good|cool|congratulations|congrats|bravo|cheers".split("|"))
TROUBLE: Final = frozenset({"told_before", "fails", "waits", "mocks", "disgust", "threatens", "gives_up", "correction"})
CHEER: Final = frozenset({"solved", "thanks", "not_bad", "pleased"})
# Inside these nothing cheers: a greeting, a wish or a polite no borrows the words of praise.
BORROWS_CHEER: Final = TROUBLE | {"declines_politely", "greets", "wishes", "courtesy"}
# Acts that count in full, as trouble does; the rest of the praise is weighed like any word.
FULL_PRAISE: Final = frozenset({"solved", "not_bad"})
NOT_UNDER_NEGATION: Final = CHEER | {"urgent", "buys"}
