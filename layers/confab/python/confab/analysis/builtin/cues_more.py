"""Phrases of complaint without an angry word, of praise under a negation, and of conditions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from confab.analysis.builtin.acts import ENTHUSIASM, Cue

_NOBODY: Final = "nobody|noone|none|ones"
_ACTS: Final = (
    "answers|answering|answered|answer|replies|replying|replied|reply|responds|responding|responded|respond|helps|"
    "helping|helped|help|cares|care|cared|listens|listening|listened|listen|picks|picking|picked|pick|called|calls|"
    "calling|came|comes|coming|shows|showed|showing|told|tells|explains|explained|bothers|bothered|reads|reading|"
    "takes|took|taking|turned|turns|fixes|fixed|fixing|contacted|understands|understood|responding|deals|dealing|acts"
)
_STIRS: Final = (
    "changes|changed|changing|happens|happened|happening|works|worked|working|helps|helped|helping|improves|improved|"
    "moves|moved|moving|arrives|arrived|comes|came|coming|loads|loading|loaded|shows|appears|showing|fixes|fixed|"
    "responds|responding|resolved|resolves|done|budges|progresses|downloads|prints|plays|opens|saves|syncs|updates"
)
_GOT: Final = "got|get|received|receive|arrived|arrive|came|come|credited|refunded|paid|sent|delivered|shipped|showed"
_FAULT: Final = (
    "fault|complain|complaint|complaints|faults|beat|criticise|criticize|grumble|knock|quibble|improve|argue"
)
_LESS: Final = (
    "annoying|bad|frustrating|irritating|terrible|awful|painful|hard|difficult|confusing|stupid|infuriating|upset|"
    "angry|"
    "mad|annoyed|tedious"
)
_NICE: Final = (
    f"{ENTHUSIASM}|good|happy|helpful|useful|lovely|glad|delighted|grateful|fine|ok|better|pleased|impressed|satisfied"
)

MORE_CUES: Final[Mapping[str, Cue]] = {
    "asks_leave": Cue(-0.4, "asks how to leave", (), ("churn_risk",)),
    "asks_person": Cue(0.0, "asks how to reach a person", (), owns=False),
    "unheard": Cue(-1.5, "gets no answer", (), ("frustrated_user",)),
    "overdue": Cue(-1.2, "says that it is overdue", ()),
    "lauds": Cue(
        2.2,
        "finds nothing to fault",
        (
            f"can|could|will|would not _ {_FAULT}",
            "not|no|nothing|never|hard|difficult|impossible|little|zero|without|hardly|barely _ to|a|any|single|"
            f"one? {_FAULT}",
            "can|could|will|would not _ praise|thank|recommend|say|rate _ enough|highly",
            "can|could not|never? _ be|been|have|ask|wish|hope|want|go _ happier|better|easier|smoother|nicer|quicker|"
            "faster|more|wrong|kinder|clearer|simpler",
            "no|zero|without|not complaints|complaint|faults|regrets|hiccups|hiccup|hitch|quibbles|grumbles|gripes|"
            "drama|"
            "worries here|at|from|so|whatsoever|whatever|all|any|$",
            "without a|any|single|one _ problem|hitch|issue|glitch|hiccup|complaint|fault|fuss|drama|snag",
            "never disappoints|disappointed|disappoint|fails|failed to impress|deliver",
            "never disappoints|disappointed|disappoint|lets|let me|us? down?",
            "never _ crashed|failed|broke|broken|froze|let|disappointed|stopped|complained|missed _ in|on|once|me|"
            "us|since|a|$",
            "never had|have|has|seen|met _ a|an|any|one _ problem|problems|issue|issues|trouble|complaint|bad|fault",
            "not|nothing _ single|one bad|problem|issue|complaint|fault",
            "nothing but|except praise|good|great|positive|love|respect|excellent|admiration|thanks",
            "not disappointed|disappoint",
            "can|could not be happier|prouder|more|better",
            "not regret|regretted|regrets",
        ),
    ),
    "if_only": Cue(
        -1.7,
        "says what is missing",
        (
            f"would|might|could not be|have|feel been? so|as|this|that|too|half? {_LESS} if|when|unless|had|were|"
            "without",
            f"would|might|could be|have been? less|more? {_LESS}|{_NICE} if|had|were _ it|you|they|the|that|i|your|"
            "we|someone|"
            f"anyone _ actually|worked|told|knew|did|answered|loaded|opened|was|were|said|showed|stopped|not",
            "would love|like|use|enjoy|recommend|buy|keep|rate|pay|stay _ if|but|except|were _ worked|did|was|were|had|"
            "could|would|opened|loaded|answered|not",
            "if only it|you|they|the|someone|i|there|this|that|your",
            f"would have|of been _ {_NICE}|courteous|polite|smart|honest|nice if|to|had|when",
            f"would have|of been {_NICE}",
            "could have|of told|warned|said|mentioned|informed|asked|let",
            "could|should|might have|of been _ better|clearer|faster|handled|quicker|easier|nicer|told|warned|done",
            "wish|wished|wishing it|you|they|the|this|that|your|i|we|someone _ worked|had|would|did|could|was|were|"
            "told|not",
            "should|could at least|have|had|not|of _ told|warned|work|worked|known|tell|warn|take|say|have",
            "least you|they|it could|can|should|might",
            "expected better|more|an|something _ better|more|from|than|$",
            "at least tell|let|say|answer|reply|inform|warn",
        ),
    ),
    "excited": Cue(
        1.6,
        "looks forward to it",
        (
            "can|could not wait for|to",
            "hardly|barely wait for|to",
            "looking|look|looks forward to",
            "so|very|really|super excited|stoked|pumped|hyped for|to|about",
        ),
    ),
    "approves": Cue(
        1.9,
        "approves",
        (
            "lgtm",
            "^ ship|merge|push|commit|land|deploy|shipit it|that|this",
            "^ shipit|approved",
            "looks good to me|us|go|merge",
            "good to go|merge|ship",
            "that|this|it _ works for me|us",
            "^ approve|approved|accepted",
            "spot on",
            "nailed it|that|this",
            "nice|good|great|excellent catch|find|fix|refactor|save",
        ),
    ),
    "rates_high": Cue(
        1.8,
        "gives a high mark",
        ("five|5|four|4 stars|star", "10|ten|9|nine /|out of? 10|ten", "5|five out of 5|five", "10 10"),
    ),
    "rates_low": Cue(
        -2.4,
        "gives a low mark",
        ("one|#one|zero|0|1 stars|star", "0|1|2|zero|one out of #|five|ten", "0|1|2|zero /? 5|10"),
    ),
}

MORE_PHRASES: Final[Mapping[str, Sequence[str]]] = {
    "unheard": (
        f"nobody|noone|no|none _ one|ones|body|person|agent|rep|of|at|from|in|seems|has|is|will|even|ever? _ {_ACTS}",
        f"{_NOBODY} _ {_ACTS}",
        "nobody|noone|ones|one _ getting|gets|got|coming|come back|to",
        "no response|reply|answer|replies|answers|responses|reaction|feedback from|to|yet|so|at|for|since|whatsoever|$",
        "not one|a|single _ agent|reply|response|answer|word|email|call|soul|human",
        "no sign|trace|word|news|callback of|from|yet|so|at|$",
        "not|never a? replied|replying|answered|answering|responded|responding|respond|answer to|from|me|my|back|"
        "any|at|yet|"
        "anything|us|$",
        "crickets|ghosted|ghosting|ignored|ignoring by|me|us|my|since|again|$",
        "you|they|support|team _ ignore|ignores|ignoring|ignored me|my|us|our|every|all",
        "are you ignoring",
        "is anybody|anyone|someone|somebody _ there|alive|home|listening|awake",
        "anybody|anyone|somebody there|home|alive|listening $",
        "talking|speaking|writing to a|the? wall|myself|void",
        f"not one|single _ has|have|had|even _ {_ACTS}",
    ),
    "wants_human": (
        "not a|an|another|your bot|robot|machine|chatbot|ai",
        "^ a|real|actual|live human|person|agent|operator $",
        "is anybody|anyone|somebody|someone|there human|real|alive",
    ),
    "waits": (
        "no progress|movement|resolution|solution|update|updates yet|so|at|since|on|for|$",
        "still have|has|had|is|am|are _ not|no|nothing|waiting|nobody",
        "have|has yet to receive|get|hear|see|arrive|come|be|have|ship|reply",
        "not _ heard|hear _ from|back",
        "can not wait any|much|longer|forever",
        "still owe|owes|owed me|us",
        "you|they owe|owes|owed me|us _ money|refund|apology|answer|reply",
    ),
    "fails": (
        f"nothing _ {_STIRS}",
        "nothing _ i do|try|tried|did|press|click",
        "nothing ever|but _ happens|works|changes|errors|problems|trouble|spinning|grey|black|white|silence",
        f"not think|believe _ i|we|it|they|my|anybody|anyone _ ever|even|actually|have|has|was|were|did? _ {_GOT}",
        f"not|never|hardly think|believe|thought|guess _ ever|been|actually|has|was|were _ {_GOT}",
        f"never _ {_GOT}",
        f"did|do|does|has|have|had not _ {_GOT} my|the|any|it|a|anything|our|yet|mine|one|here",
        "yet to receive|get|arrive|see|come",
        "is|are|still|stays|stay|stayed|remains|goes|went|shows|turned|turns _ blank|black|dark|dead|frozen|grey|gray|"
        "unresponsive|silent|offline|mute|muted|bricked|empty|greyed",
        "gone|disappeared|vanished|missing|wiped|erased|lost from|since|after|again|all|and|$",
        "does|do|did|will|would|can|could not turn|switch|power|charge|respond|react|budge|boot|print|save|send|pair|"
        "verify|accept|apply|arrive|deliver|match|fit|appear|redeem|activate|update|go|get|let|come|stop|help|delete|"
        "register|add|sign|log|import|export|scan|dial|ring|heat|cool|light|spin|record|refresh|recognise|detect|show",
        "keeps|keep|kept|constantly|always|randomly|repeatedly _ crashing|freezing|failing|dropping|stopping|closing|"
        "dying|kicking|logging|disconnecting|buffering|restarting|rebooting|asking|saying|showing|giving|loading|"
        "looping|cutting|resetting|losing|rejecting|telling|timing|skipping|breaking|glitching|spinning|redirecting|"
        "sending|deleting|charging|signing|stuttering",
        "stops|halts|hangs|freezes|stalls|crashes at|on|in|when|after|halfway|mid|during|while|before|every",
        "quits|died|dies|dying|refuses|refused|won|stops|stopped working|to|on|after|when|again|every|mid|during",
        "having|have|has|had|experiencing|facing|getting|run|running _ problem|problems|trouble|troubles|issue|issues|"
        "error|errors|difficulty|difficulties|glitch|bug|glitches|bugs",
        "something|anything is|went|has wrong|gone|broken|off with?",
        "is|are|was|were _ damaged|cracked|torn|leaking|defective|faulty|scratched|smashed|dented|expired|spoiled|"
        "rotten|"
        "mouldy|moldy|wrong|incomplete|broken|shattered|corrupt|corrupted|blurry|garbled|distorted|crackling",
        "arrived|came|was|were|got|delivered _ broken|damaged|cracked|empty|late|wrong|opened|smashed|cold|torn|"
        "leaking",
        "without my|any? permission|consent|approval|knowledge|authorization|warning|notice|reason|asking|telling",
        "out of the|a? blue|order|nowhere",
        "got|been|was|were|is|are|has|getting|just|account|channel|profile _ "
        "banned|suspended|blocked|disabled|terminated|hacked|stolen|compromised|locked|deleted|removed|rejected|"
        "declined|"
        "restricted|limited|demonetized|hijacked|deactivated",
        "deletes|erases|wipes|loses|corrupts|overwrites|eats|swallows|deleted|erased|wiped|lost|corrupted|overwrote|"
        "ate|"
        "swallowed|destroyed|destroys|scrambled|duplicated my|the|all|every|everything|our|files|data",
        "but|and _ is|are|was|has still",
        "works|work|working|worked|loads|plays|runs|opens|prints|printing|syncs _ but|just|only|yet|though not",
        "used to work|load|play|open|connect|run|function|sync|print",
        "why do|does|did it|this|that|they keep|always|still",
        "not|un able to",
        "not even let|allow|work|load|open|start|answer|accept|give|show",
        "not|no longer|stopped _ receiving|getting|seeing|hearing|finding|able",
        "is|are|was|were|app|it|screen|video|audio|sound|picture|game|page|site|stream "
        "stuttering|stutters|lagging|lags|flickering|flickers|freezing|hanging|hangs|buffering|glitching|crackles",
        "so|too|very|really|extremely|painfully|unbearably|terribly|awfully|way slow|laggy|quiet|blurry|buggy|"
        "unreliable",
    ),
    "mocks": (
        "funny|interesting|amazing|strange|curious|odd|hilarious|weird|convenient|fascinating|cute|nice|great|love "
        "how|that "
        "you|it|they|nobody|your|the|this|these|no|i|we|every _ "
        "never|always|not|only|still|forgot|forget|ignore|every|takes|take|stop|stops|break|breaks|crash|crashes|"
        "disappears|vanishes|keep|keeps|charge|charges|cannot|refuse|delete|deletes|lost|lose|loses|no|nobody|wait",
        "love|loving|like|adore|enjoy how|that|when|the _ logs|kicks|forgets|signs|asks|crashes|freezes|eats|loses|"
        "charges|"
        "ignores|hangs|disappears|breaks|resets|refuses|deletes|takes|stops|vanishes|drops|never|not|fails|restarts|"
        "locks",
        "so much for",
        "good luck with|getting|reaching|trying|finding",
        "thanks|thank you? _ for _ hanging|deleting|breaking|crashing|ruining|losing|ignoring|wasting|nothing|closing|"
        "forgetting|cancelling|hour|hours|mess|spam|outage",
        "how convenient|nice|lovely|generous|thoughtful|original",
        "of course|course it|you not|broke|broken|down|crashed|would|is|are|did|does|failed",
        "slow clap",
        "just what i|we needed|need _ another|a|an|more|today",
        "as if|like you|that|anyone|they care|cared|help|helps|helped|matters|matter",
        f"oh|ah|wow|well|yes|yay|hooray|bravo {ENTHUSIASM}|joy|goody another|an|a|yet|more|now|again|so|here",
        f"oh|wow|yay|hooray|{ENTHUSIASM} another|yet|one _ excuse|error|outage|bug|crash|delay|bot|robot|update|form|"
        "survey|apology|template|reply|message|ticket|link|day|week|hour|department|agent|promise",
        "keep up|it the|up good|great|amazing|excellent work|job _ losing|breaking|not|and|guys",
        "10|ten|five|5|100 out|stars of|for _ losing|breaking|deleting|crashing|incompetence|nothing|not|never",
        "masterclass|master|class in|of _ how|not|incompetence|ignoring|wasting",
        "award|medal|prize|trophy|applause|ovation for _ worst|slowest|most|losing|breaking|incompetence|useless",
    ),
    "disgust": (
        "price gouging|gouge|gouged|gougers",
        "price gouger|gougers",
        "gouging|profiteering|scalping|extortion|extortionate|robbery|swindle|swindlers|scammers|crooks|thieves|"
        "thieving",
        "shame|shameful|disgraceful|appalling|outrageous|pathetic|despicable|inexcusable on|of|about|that|how|that|"
        "this|"
        "behaviour|"
        "service|support|$",
        "this|that|it|you|they|these is|are all? a|an? scam|scams|scammers|fraud|frauds|thieves|crooks|joke|robbery|"
        "theft",
        "do|does|did you|anyone|anybody|they even|actually care|read|listen|check|work|test",
        "lost|losing|ran|run|running|out my|of|all? patience|faith|trust|confidence|hope",
        "losing|lost it|my _ mind|temper|rag",
        "last|final straw",
        "beyond a|the? joke|frustrated|annoyed|angry|ridiculous|belief|patience",
        "driving|drives|drove me crazy|mad|insane|nuts|up",
        "at my|the? wits|wit|breaking|end point|end",
        "taking|take|takes|having the? piss|mick|laugh|biscuit",
        "joke of|is|service|support a|an|company|service",
        "hung|hang|hangs|hanging up on|in|and|$",
        "you|they|he|she|agent hung|hang|hangs up",
        "one of the worst",
        "still no|not fixed|solution|fix|resolution|refund|answer",
        "ruined|ruining|ruins my|our|the|everything",
        "not good enough",
        "get it|your together|act",
        "sort it|this|yourselves|your out|shit|act|mess",
        "how dare",
        "do|does your|you job|jobs",
        "trash|garbage|crap|rubbish app|service|company|support|product|update|site|website|game|customer",
        "refuse|refuses|refused to help|answer|refund|listen|give|let|acknowledge|honor|honour|fix",
        "rip off",
        "cost|costs|costing me|us _ money|day|hours|job|client|clients|customers|sale|fortune|business",
        "lost a|an|my|the|our whole|entire? day|morning|afternoon|evening|weekend|hour|hours|hours|work|client",
    ),
    "solved": (
        "back up|online|working|running",
        "got it working|running|fixed|sorted|solved",
        "working|running|fixed|sorted|solved now|again|thanks|thank",
        "all good|set|sorted|done now|thanks|thank|$",
        "it|that|this|problem|issue|everything _ works|worked|fixed|working again|now",
        "did the trick|job",
        "error|errors|problem|problems|issue|issues|bug|bugs|glitch|noise|message|warning is|are|has|have|all|now|"
        "finally? "
        "been? gone|fixed|solved|resolved|disappeared|vanished|history|sorted",
        "figured|worked|sorted it|that out",
        "no more problems|errors|issues|crashes",
        "up and running",
        "can|could log|sign|get in|into now|again",
        "now i|it can|works|work|worked",
        "it|that is good|fine|ok|great|perfect|better now",
    ),
    "thanks": (
        "ta $",
        "thankful|grateful for|to|that",
        "bless you|u",
        "kudos|props to|for",
        "owe you one",
        "you rock|rule",
        "life saver",
        "lifesaver",
    ),
    "pleased": (
        "can|could not recommend more|enough",
        "highly recommend|recommended",
        "love|loved|loving it|this|that|your|the|how|my",
        "made my day",
        "10|ten|five|5 out|stars of|$",
        "so|very|really|extremely|incredibly|super|well helpful|happy|pleased|impressed|easy|friendly|kind|fast|"
        "smooth|quick",
        "impressed|delighted|thrilled with|by|that|at",
        "top notch|job|marks|man|class|work",
        "hats off",
        "well done|played|made|explained",
        "much better",
        "keep it|up up|the good|great work",
        "big|huge fan",
    ),
    "urgent": (
        "need|needs|needed _ today|tonight|now|tomorrow|soon|quickly|quick",
        "leave|leaves|leaving|flight|flying|travel|travelling|fly|exam|interview|wedding|surgery|meeting|presentation "
        "_ in|today|tonight|tomorrow #|an|a|half|morning|and|$",
        "running|run|ran out of time",
        "help|hurry now|quick|quickly|fast|up",
        "can not wait any|much|longer|until|till|forever",
    ),
    "wishes": ("could|would|can you please? help|tell|point|advise|send|resend|check|let|explain|show|give",),
}
