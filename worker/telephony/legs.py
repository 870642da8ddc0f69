"""Agents' legs on FreeSWITCH: the command that makes one, and what events report of them."""

import re
from collections.abc import Collection
from typing import Final
from uuid import UUID

from typing_extensions import override

from worker.domain.agents.legs import LegAnswered, LegEnded, LegEvent
from worker.domain.errors import Unavailable
from worker.domain.extension import extension_target
from worker.domain.ids import AgentId
from worker.domain.switch_refusal import is_own_refusal
from worker.ports.agents.phones import LegToCall, Phones
from worker.telephony.esl import BODY, SwitchEvent
from worker.telephony.switch import Switches

RINGS_SECONDS: Final = 30
_VARIABLE: Final = "callbeat_agent"
_AGENT: Final = re.compile(r"[{,]callbeat_agent=([0-9A-Fa-f-]{36})[,}]")
_LEG: Final = re.compile(r"[{,]origination_uuid=([0-9A-Fa-f-]{36})[,}]")


class SwitchPhones(Phones):
    """The agents' phones behind FreeSWITCH."""

    def __init__(self, switches: Switches, *, extension_dial: str) -> None:
        """Dial extensions as ``worker/domain/extension.py`` says."""
        self._switches = switches
        self._extension_dial = extension_dial

    @override
    def call(self, leg: LegToCall, *, switch: str) -> None:
        target = extension_target(self._extension_dial, extension=leg.extension, hotline="")
        answer = self._switches.ask(originate_leg(leg, target=target), switch=switch)
        if answer.startswith("-ERR"):
            raise Unavailable(f"switch {switch} refused to ring an agent")

    @override
    def end(self, leg_id: str, *, switch: str) -> None:
        self._switches.ask(f"api uuid_kill {leg_id}", switch=switch)

    @override
    def up(self, switch: str) -> Collection[str]:
        return {str(channel) for channel in self._switches.up(switch)}


def originate_leg(leg: LegToCall, *, target: str) -> str:
    """Return the command that rings an agent's phone and parks the leg, which stays after each conversation."""
    variables = (
        f"origination_uuid={leg.leg_id}",
        f"{_VARIABLE}={leg.agent_id}",
        f"originate_timeout={RINGS_SECONDS}",
        "ignore_early_media=true",
        "park_after_bridge=true",
    )
    return f"bgapi originate {{{','.join(variables)}}}{target} &park()\nJob-UUID: {leg.leg_id}"


def is_of_agent(event: SwitchEvent) -> bool:
    """Return True when the event's channel is the leg of an agent, and no call of a campaign."""
    return f"variable_{_VARIABLE}" in event


def leg_event_of(event: SwitchEvent) -> LegEvent | None:
    """Return what an event reports of an agent's leg; None for events about something else."""
    name = event.get("Event-Name")
    if name == "BACKGROUND_JOB":
        return _of_job(event)
    if name not in {"CHANNEL_ANSWER", "CHANNEL_HANGUP_COMPLETE"} or not is_of_agent(event):
        return None
    agent_id, leg_id = _agent_id(event.get(f"variable_{_VARIABLE}", "")), event.get("Unique-ID", "")
    if agent_id is None:
        return None
    if name == "CHANNEL_ANSWER":
        return LegAnswered(agent_id, leg_id)
    return LegEnded(agent_id, leg_id, event.get("Hangup-Cause", "")[:80])


def _of_job(event: SwitchEvent) -> LegEnded | None:
    """Return the end of a leg that was never made; a switch that is full or paused is asked again later."""
    arguments, answer = event.get("Job-Command-Arg", ""), event.get(BODY, "").strip()
    agent, leg = _AGENT.search(arguments), _LEG.search(arguments)
    if event.get("Job-Command") != "originate" or agent is None or leg is None or not answer.startswith("-ERR"):
        return None
    cause = answer.removeprefix("-ERR").strip()[:80]
    agent_id = _agent_id(agent[1])
    return None if agent_id is None or is_own_refusal(cause) else LegEnded(agent_id, leg[1], cause)


def _agent_id(text: str) -> AgentId | None:
    try:
        return AgentId(UUID(text))
    except ValueError:
        return None
