"""The configuration that the simulated switch shows: applications and XML, in the shape of FreeSWITCH 1.10.12."""

from typing import Final

_DIALPLAN: Final = """<context name="callbeat">
  <extension name="callbeat">
    <condition field="destination_number" expression="^callbeat$"></condition>

    <condition field="${callbeat_template}" expression="^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$">
      <action application="sleep" data="300"></action>

      <action application="playback" data="/usr/share/freeswitch/sounds/callbeat/${callbeat_template}.wav"></action>

      <action application="hangup" data="NORMAL_CLEARING"></action>
    </condition>
  </extension>
</context>
"""

_APPLICATIONS: Final = {
    "park": "park,Park,,mod_dptools",
    "playback": "playback,Playback File,<path>,mod_dptools",
    "socket": "socket,Connect to a socket,<ip>[:<port>],mod_event_socket",
    "transfer": "transfer,Transfer a channel,<exten> [<dialplan> <context>],mod_dptools",
}


def show_application(name: str) -> str:
    """Return the listing of one application: a head and a row, or no row."""
    row = _APPLICATIONS.get(name)
    return "\n0 total.\n" if row is None else f"name,description,syntax,ikey\n{row}\n\n1 total.\n"


def xml_locate(arguments: str) -> str:
    """Return the XML of one entry of the configuration; it has one, the context ``callbeat``."""
    match arguments.split():
        case ["dialplan", "context", "name", "callbeat"]:
            return _DIALPLAN
        case [_, _, _, _]:
            return "can't find anything\n"
        case _:
            return "-ERR bad args\n"
