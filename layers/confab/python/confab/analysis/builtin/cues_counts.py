"""Phrases that tell by a number, a length of time or a date: how often someone asked, how long they waited.

``#`` is any number; see ``phrases.Phrases``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

_UNITS: Final = "seconds|minutes|minute|mins|min|hours|hour|hrs|hr|days|day|weeks|week|wks|months|month|years|year"
_LONG: Final = "hours|hrs|days|weeks|wks|months|years|week|month|year|fortnight|ages|decades|eternity"
_SOME: Final = "#|a|an|several|few|couple|many|half|whole|entire|full|nearly|almost|about|over"
_SPAN: Final = f"{_SOME} of? #? {_UNITS}|ages|eternity|forever|decades"
_DAY: Final = (
    "monday|tuesday|wednesday|thursday|friday|saturday|sunday|yesterday|january|february|march|april|june|july|august|"
    "september|october|november|december|christmas|easter|weekend|week|month|noon|midday|midnight|morning|#|#th"
)
_ASKS: Final = (
    "written|wrote|write|called|rung|rang|phoned|emailed|mailed|messaged|contacted|asked|complained|reported|tweeted|"
    "texted|told|explained|requested|raised|opened|filed|chased|submitted|reached|sent|followed|dialled|dialed|begged|"
    "reminded|escalated|logged|tagged|pinged|dmed|messaging|calling|emailing|writing|asking|phoning|contacting|replied"
)
_CONTACTS: Final = (
    "emails|mails|calls|messages|tickets|chats|texts|letters|complaints|requests|reminders|forms|dms|tweets|"
    "conversations|cases|reports|phonecalls|voicemails"
)
_PEOPLE: Final = "agents|reps|representatives|people|advisors|departments|managers|operators|staff|technicians|teams"
_LATE: Final = (
    "parcel|package|order|delivery|refund|reply|response|answer|engineer|technician|courier|driver|call|callback|"
    "replacement|shipment|payment|payout|money|item|items|train|bus|flight|taxi|luggage|bag|letter|card|ticket|tickets|"
    "fix|update|repair|installation|package|shoes|phone|book|laptop|sofa|bed|food|pizza|meal|groceries|medicine|"
    "prescription|gift|present|deposit|salary|it|this|that|they|he|she|stuff|goods|keys|key|code|visa|passport|"
    "appointment|results|certificate|contract|quote|document|documents|report|transfer|credit|bonus|reward|plumber|"
    "electrician|cleaner|fridge|washer|dress|flowers|cake|invoice|router|modem|sim|tracker"
)
_DUE: Final = "due|supposed|promised|expected|meant|guaranteed|scheduled|estimated|arranged|planned|announced"
_COME: Final = "arrive|come|ship|deliver|call|reply|respond|land|show|turn|be|get|receive|have|happen|answer|fix|finish"

COUNT_PHRASES: Final[Mapping[str, Sequence[str]]] = {
    "told_before": (
        f"{_ASKS} _ # times",
        f"{_ASKS} _ several|many|multiple|countless|numerous|umpteen|enough|so times",
        f"{_ASKS} you|them|support|this|in|about|it|already|now|us _ twice|thrice|#x",
        f"{_ASKS} #|several|many|multiple|countless|numerous|your _ {_CONTACTS}|{_PEOPLE} already|now|and|about|so|"
        "but|yet",
        f"have|had _ {_ASKS} #|several|many|multiple|countless|numerous _ {_CONTACTS}|{_PEOPLE}",
        f"#|several|many|multiple|countless|numerous|endless|dozens {_CONTACTS} _ later|ignored|unanswered|already|"
        "and|without|no|so",
        f"#|several|many|multiple|different {_PEOPLE} later|and|already|could|have|told|said|gave|so",
        f"#|several|many|different different|separate {_PEOPLE}|answers|stories|numbers|versions|explanations",
        f"spoken|talked|spoke|been to|with|passed|bounced|transferred _ #|several|many|multiple|countless _ {_PEOPLE}",
        "passed|bounced|transferred|shunted|sent|pushed _ between|around|from #? departments|agents|pillar|people|"
        "teams|one",
        "this is|it|my the|my? #th|second|third|fourth|fifth|sixth|tenth|umpteenth|nth "
        "message|email|mail|call|ticket|attempt|request|complaint|chat|agent|person|replacement|reminder|technician",
        "this is|it|for|now|again the|my? #th|second|third|fourth|fifth|sixth|tenth|umpteenth|nth time i|this|that|in|"
        "you|we|now|today|my|the|it|of|asking|and",
        "this|it|that is now? the|my? #th|second|third|fourth|fifth|sixth|tenth time i|this|that|in|today|we|you",
        "this|it is happened|happens|happening|failed|broke|broken|been _ # times|#th",
        "# times|x now|already|in|and|this|about|so|still|but|over",
        "#x now|already|this|about|and|in",
        "how many times|more|emails|calls|messages|tickets do|must|did|does|will|should|have|has",
        "asking|asked|begging|telling|told|chasing|chased|calling|emailing|writing _ "
        f"since|for {_SOME}|last|{_DAY} {_UNITS}?",
    ),
    "waits": (
        f"on the|a? hold|line|queue|phone|call|chat|waitlist _ {_SPAN}",
        "on the|a? hold|line|queue|phone since|forever|ages|all",
        f"{_SPAN} _ on|in the|a|your? hold|line|queue|phone|call|chat",
        f"{_SPAN} of? waiting|wait|silence|nothing|delay|delays|limbo|excuses|hold",
        "been|was|am|are|is|were|be|left|kept|sitting|stuck|waiting|waited|queueing|queuing|holding _ for|since|"
        f"over|about {_SPAN}",
        f"waited|waiting|queued|queuing|queueing {_SPAN}",
        "waited|waiting|queued|queuing|queueing since|all|ages|forever|so|too",
        f"{_SPAN} later|on|passed|gone _ still|and|nothing|no|not|but",
        f"{_SPAN} and counting|still|nothing|no|not|nobody|i|we",
        f"{_SPAN} now|already and|still|nothing|no|not|without|with|nobody|$",
        f"{_SPAN} without",
        f"{_SPAN} ago and|but|still|yet|nothing|no|not _ not|nothing|no|nobody|still|never|waiting|silence|nowhere",
        f"for|since|after|over {_SPAN} now|already",
        f"takes|took|taking|take _ #|several|many|few {_LONG} to|for|just",
        "day|week|month|hour # $",
        "day|week|month|hour # without|waiting|now|still",
        "day|week|month|hour # of|and _ no|not|nothing|silence|waiting|nobody|asking|trying|being|still|this",
        "only|just took|takes|taken|needed _ #|a|an|several weeks|week|months|month|years|year|fortnight|ages|decade",
        f"#|several _ {_UNITS} late|overdue|behind|delayed|delay",
        f"nothing|silence|radio since {_DAY}|then|the|my|last",
        "not|never heard|had|got|received|seen|been|arrived|come|moved|updated|changed|answered|replied since|for",
        f"no|not|nothing|nobody _ for|in {_SPAN}",
        "is this|that|it going to take _ year|years|week|weeks|month|months|forever",
        f"since|from {_DAY} and|still|now|without|i|with|nothing|no",
        "still|again|queue|line _ not moved|moving|move",
    ),
    "overdue": (
        f"{_LATE} _ was|were {_DUE} _ {_DAY}|ago|here|today|in|within|by|before|at",
        f"{_DUE} _ {_DAY}|# and|but it|still|now|today|nothing|no|not|there|is",
        f"{_LATE} should have _ been|arrived|come|shipped|delivered|done|received|landed|got",
        f"should have _ arrived|come|shipped|delivered|received|been _ {_DAY}|ago|by|already|days|weeks",
        f"was|were|is|are supposed to _ {_COME} _ {_DAY}|ago|by|within|in|back",
        f"promised|guaranteed|assured _ by|within|in|for|on|before|until|a|me|us _ {_DAY}|{_UNITS}|callback|call|reply",
        f"you|they|he|she|agent|rep said|told|promised|wrote|claimed _ within|in|by|on|before|for _ {_DAY}|{_UNITS}",
        f"it|today is now|already|only? {_DAY} _ and|but|already|now",
        f"was|were to be|arrive|come|call|ship|get _ on|by|before|at the? {_DAY}",
        f"{_DAY} came and|has|is come|passed|gone|went|over",
        "today is|was _ and|but _ still|no|nothing|not",
        "was|were due|promised|expected|supposed|meant|scheduled # ",
        "date|deadline|eta|slot|window|day has|is|was|already|had? come|passed|gone|missed|over|ago",
        "told|promised|said|assured|informed|guaranteed me|us|that? _ would|will|should _ by|within|on|before|in "
        f"{_DAY}|{_UNITS}",
        "past|missed|beyond the|its|their|your due|delivery|promised|estimated date|deadline|window|slot",
    ),
}
