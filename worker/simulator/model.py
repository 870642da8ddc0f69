"""The model that decides the course of a call: at random by network, or by the last digit of the number."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum
from random import Random
from typing import Final

from worker.domain.network import Network
from worker.simulator.options import SimulatorOptions


@dataclass(frozen=True, slots=True)
class Behaviour:
    """The behaviour of a far end: hang-up cause, its Q.850 number, SIP status and phrase."""

    cause: str
    q850: int
    sip_status: int
    phrase: str
    rings: bool = False
    answers: bool = False
    machine: bool = False
    replies: bool = True
    """False: nothing ever comes from the far side, and the switch makes the SIP status itself."""


class FarEnd(Enum):
    """The possible far ends, with the SIP and Q.850 values that a FreeSWITCH reported for them."""

    ANSWERED = Behaviour("NORMAL_CLEARING", 16, 200, "OK", rings=True, answers=True)
    BUSY = Behaviour("USER_BUSY", 17, 486, "Busy Here")
    NO_ANSWER = Behaviour("NO_ANSWER", 19, 487, "CANCEL", rings=True)
    UNAVAILABLE = Behaviour("NO_USER_RESPONSE", 18, 480, "Temporarily Unavailable")
    NOT_FOUND = Behaviour("UNALLOCATED_NUMBER", 1, 404, "Not Found")
    TEMPORARY_FAILURE = Behaviour("NORMAL_TEMPORARY_FAILURE", 41, 503, "Service Unavailable")
    DECLINED = Behaviour("CALL_REJECTED", 21, 603, "Decline")
    INCOMPATIBLE = Behaviour("INCOMPATIBLE_DESTINATION", 88, 488, "Not Acceptable Here")
    CONGESTION = Behaviour("NORMAL_CIRCUIT_CONGESTION", 34, 503, "Service Unavailable")
    BARRED = Behaviour("INCOMING_CALL_BARRED", 54, 403, "Forbidden")
    VOICEMAIL = Behaviour("NORMAL_CLEARING", 16, 200, "OK", rings=True, answers=True, machine=True)
    UNREACHABLE = Behaviour("NORMAL_TEMPORARY_FAILURE", 41, 503, "Service Unavailable", replies=False)
    SILENT = Behaviour("RECOVERY_ON_TIMER_EXPIRE", 102, 408, "Request Timeout", replies=False)


BY_LAST_DIGIT: Final[Mapping[str, FarEnd]] = {
    "0": FarEnd.ANSWERED,  # rings 1 s, talks 3 s, the callee hangs up
    "1": FarEnd.BUSY,
    "2": FarEnd.NO_ANSWER,  # rings until originate_timeout
    "3": FarEnd.UNAVAILABLE,
    "4": FarEnd.NOT_FOUND,
    "5": FarEnd.TEMPORARY_FAILURE,
    "55": FarEnd.INCOMPATIBLE,  # a cause that no table maps, so the outcome is failed
    "6": FarEnd.DECLINED,
    "7": FarEnd.CONGESTION,
    "8": FarEnd.BARRED,
    "9": FarEnd.VOICEMAIL,  # rings 1 s, a machine answers, hangs up after 1 s
}
SETUP_BY_DIGIT: Final = 0.1
RING_BY_DIGIT: Final = 1.0
MACHINE_BY_DIGIT: Final = 1.0

UNPLAYED: Final = "SERVICE_UNAVAILABLE"
"""The cause with which the shipped dialplan hangs up when it cannot play the message."""
DIALPLAN_SLEEPS: Final = 0.3
"""Seconds before the shipped dialplan plays the message."""

_MOBILE: Final = {
    FarEnd.ANSWERED: 45,
    FarEnd.BUSY: 9,
    FarEnd.NO_ANSWER: 22,
    FarEnd.UNAVAILABLE: 9,
    FarEnd.NOT_FOUND: 3,
    FarEnd.TEMPORARY_FAILURE: 1,
    FarEnd.INCOMPATIBLE: 1,
    FarEnd.DECLINED: 5,
    FarEnd.CONGESTION: 1,
    FarEnd.BARRED: 1,
    FarEnd.VOICEMAIL: 3,
}
WEIGHTS: Final[Mapping[Network, Mapping[FarEnd, int]]] = {
    Network.VIETTEL: _MOBILE,
    Network.MOBI: _MOBILE | {FarEnd.UNAVAILABLE: 12, FarEnd.ANSWERED: 43},
    Network.VINA: _MOBILE | {FarEnd.UNAVAILABLE: 11, FarEnd.BARRED: 2, FarEnd.ANSWERED: 43},
    Network.TEL: _MOBILE | {FarEnd.ANSWERED: 58, FarEnd.UNAVAILABLE: 2, FarEnd.VOICEMAIL: 0, FarEnd.NOT_FOUND: 5},
    Network.OFFNET: _MOBILE | {FarEnd.UNAVAILABLE: 15, FarEnd.CONGESTION: 4, FarEnd.ANSWERED: 37},
}
"""Relative frequency of each far end, about a hundred in all for each network."""

NUMBERS: Final[Mapping[Network, re.Pattern[str]]] = {
    Network.TEL: re.compile(r"02[0-9]{9}$"),
    Network.VIETTEL: re.compile(r"0(3[2-9]|86|9[678])[0-9]{7}$"),
    Network.MOBI: re.compile(r"0(7[06-9]|89|9[03])[0-9]{7}$"),
    Network.VINA: re.compile(r"0(8[1-58]|9[14])[0-9]{7}$"),
}
"""National numbers of each network, matched at the end because the carrier may dial a prefix before them.

These ranges are the model's own: a switch does not know the number plan of its users.
"""


@dataclass(frozen=True, slots=True)
class Fate:
    """The course of one call: setup, ringing and talk in seconds of the model (before ``speed``)."""

    far_end: FarEnd
    setup: float
    ring: float = 0.0
    talk: float = 0.0
    ended_by_us: bool = False
    """True: our side hangs up because the message ended first. False: the callee hangs up."""


POLICED: Final = Fate(FarEnd.TEMPORARY_FAILURE, SETUP_BY_DIGIT)
"""A call that the trunk refuses because too many began within a tenth of a second."""


class Model:
    """Decides the fate of calls. The same seed and the same numbers in the same order give the same fates."""

    def __init__(self, options: SimulatorOptions) -> None:
        """Seed the random generator."""
        self._options = options
        self._random = Random(options.seed)  # noqa: S311 - the model must be repeatable

    def fate_of(self, number: str) -> Fate:
        """Decide the fate of a call to the number."""
        if self._options.by_last_digit:
            return self._spread(_fate_by_digit(number, talk=self._options.talk_by_digit_seconds))
        weights = WEIGHTS[_network_of(number)]
        (far_end,) = self._random.choices(list(weights), list(weights.values()))
        setup = self._draw(self._options.setup_seconds)
        ring = self._draw(self._options.ring_seconds)
        talk = self._draw(self._options.long_talk_seconds if self._is_long() else self._options.talk_seconds)
        if far_end is FarEnd.VOICEMAIL:
            talk = min(talk, self._options.talk_seconds[0] + 4.0)
        return Fate(far_end, setup, ring, talk, ended_by_us=self._random.random() < 0.5)  # noqa: PLR2004 - half of the calls

    def _is_long(self) -> bool:
        """Decide whether a talk is long; nothing is drawn where none is, so that fates stay as they were."""
        share = self._options.long_talk_share
        return share > 0 and self._random.random() < share

    def _spread(self, fate: Fate) -> Fate:
        if not self._options.spread:
            return fate
        times = (self._random.uniform(1 - self._options.spread, 1 + self._options.spread) for _ in range(3))
        setup, ring, talk = (time * part for time, part in zip(times, (fate.setup, fate.ring, fate.talk), strict=True))
        return replace(fate, setup=setup, ring=ring, talk=talk)

    def ring_limit(self, timeout: float) -> float:
        """Return the seconds after which an unanswered call is cancelled: 0.1 to 1 s before the timeout.

        FreeSWITCH counts the timeout in whole seconds and so cancels early.
        """
        return max(0.05, timeout - self._random.uniform(0.1, 1.0))

    def _draw(self, bounds: tuple[float, float]) -> float:
        """Draw a time from a triangular distribution, because short rings and talks are more frequent."""
        low, high = bounds
        return self._random.triangular(low, high, low + (high - low) / 4)


def _fate_by_digit(number: str, *, talk: float) -> Fate:
    far_end = BY_LAST_DIGIT.get(number[-2:]) or BY_LAST_DIGIT.get(number[-1:], FarEnd.NOT_FOUND)
    return Fate(far_end, SETUP_BY_DIGIT, RING_BY_DIGIT, MACHINE_BY_DIGIT if far_end.value.machine else talk)


def _network_of(number: str) -> Network:
    """Return the network of the number, which may have a carrier's prefix before it."""
    return next((network for network, pattern in NUMBERS.items() if pattern.search(number)), Network.OFFNET)
