"""Ask every switch for its gateways."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from worker.domain.errors import NotFound, Unavailable
from worker.domain.gateway import Gateway
from worker.domain.switch import SwitchState
from worker.ports.dispatch.store import DispatchStore
from worker.ports.dispatch.telephony import Telephony


@dataclass(frozen=True, slots=True)
class GatewayOnSwitches:
    """A gateway by name, as each of the switches that answered has it."""

    name: str
    on: Mapping[str, Gateway]


def read_gateways(store: DispatchStore, *, telephony: Telephony) -> list[GatewayOnSwitches]:
    """Return the gateways of all switches that can be asked, by name; none without a switch.

    Raises ``Unavailable`` when there are switches and none can be asked.
    """
    with store.reading() as tx:
        switches = [switch for switch in tx.switches.all() if switch.state is not SwitchState.GONE]
    telephony.follow(switches)
    found: defaultdict[str, dict[str, Gateway]] = defaultdict(dict)
    answered = 0
    for switch in switches:
        try:
            gateways = telephony.gateways(switch.name)
        except (Unavailable, NotFound):
            continue
        answered += 1
        for gateway in gateways:
            found[gateway.name][switch.name] = gateway
    if switches and not answered:
        raise Unavailable("no switch can be asked for its gateways")
    return [GatewayOnSwitches(name, found[name]) for name in sorted(found)]
