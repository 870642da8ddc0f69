"""Every text of the page in English and Vietnamese."""

from collections.abc import Mapping
from typing import Final

from api.ops.words.before import BEFORE
from api.ops.words.calls import CALLS
from api.ops.words.campaigns import CAMPAIGNS
from api.ops.words.frame import FRAME
from api.ops.words.many import MANY
from api.ops.words.one_campaign import ONE_CAMPAIGN
from api.ops.words.reasons import FACTS
from api.ops.words.records import RECORDS
from api.ops.words.reports import REPORTS
from api.ops.words.switches import SWITCHES
from worker.domain.result_words import RESULT_WORDS

WORDS: Final[Mapping[str, tuple[str, str]]] = {
    **FRAME,
    **RESULT_WORDS,
    **CAMPAIGNS,
    **BEFORE,
    **CALLS,
    **MANY,
    **ONE_CAMPAIGN,
    **RECORDS,
    **REPORTS,
    **SWITCHES,
    **FACTS,
}
"""English and Vietnamese, by key."""
