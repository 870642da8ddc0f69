"""What is read out of a switch's replies, with the bodies that a FreeSWITCH 1.10.12 sent."""

from collections.abc import Mapping

import pytest

from worker.telephony.survey import Ask, CdrPush, GatewayFacts, SwitchFacts, survey

READY = "UP 0 years, 0 days\nFreeSWITCH (Version 1.10.12-release  64bit) is ready\n0 session(s) since startup\n"
DOWN_GATEWAY = (
    "=====\nName    \ttrunk1\nProfile \texternal\nScheme  \tDigest\nPing    \t1795956482\nPingFreq\t10\n"
    "PingTime\t0.00\nPingState\t1/0/1\nState   \tNOREG\nStatus  \tDOWN\nUptime  \t2s\n=====\n"
)
SOFIA = """<configuration name="sofia.conf" description="sofia Endpoint">
  <profiles><profile name="external"><gateways>
    <gateway name="trunk1">
      <param name="proxy" value="127.0.0.1:15090"></param>
      <param name="password" value="s3cret"></param>
      <param name="caller-id-in-from" value="true"></param>
    </gateway>
    <gateway name="bare"><param name="password" value="s3cret"></param></gateway>
  </gateways></profile></profiles>
</configuration>
"""
CONTEXT = """<context name="callbeat">
      <extension name="callbeat">
          <condition field="destination_number" expression="^callbeat$"></condition>

          <condition field="${callbeat_template}" expression="^[0-9a-f]{8}$"></condition>
    </extension>
  </context>
"""
CDR = """<configuration name="json_cdr.conf"><settings>
    <param name="url" value="http://10.0.0.5:8000/v3/switch/cdr"></param>
    <param name="cred" value="sw1:s3cret"></param>
    <param name="queue-capacity" value="1000"></param>
</settings></configuration>
"""
REPLIES = {
    "strepoch": "1795794410",
    "status": READY,
    "fsctl pause_check outbound": "false",
    "fsctl sps": "+OK sessions per second: 30\n",
    "fsctl max_sessions": "+OK max sessions: 1000\n",
    "module_exists mod_sofia": "true",
    "module_exists mod_nosuch": "false",
    "show application transfer": "name,description,syntax,ikey\ntransfer,Transfer,<exten>,mod_dptools\n\n1 total.\n",
    "xml_locate dialplan context name callbeat": CONTEXT,
    "xml_locate configuration configuration name sofia.conf": SOFIA,
    "xml_locate configuration configuration name json_cdr.conf": CDR,
    "sofia status gateway trunk1": DOWN_GATEWAY,
    "sofia status gateway nosuch": "Invalid Gateway!\n",
}


def _asking(replies: Mapping[str, str]) -> Ask:
    """Answer from a table; what is not in it, the switch does not know."""
    return lambda command: replies.get(command, f"-ERR {command.split()[0]} Command not found!\n")


def _surveyed(*, application: str = "transfer:callbeat XML callbeat", **changed: str) -> SwitchFacts:
    named = {
        "context": "xml_locate dialplan context name callbeat",
        "status": "status",
        "paused": "fsctl pause_check outbound",
    }
    replies = REPLIES | {named[name]: body for name, body in changed.items()}
    return survey(
        _asking(replies), gateways=["trunk1", "nosuch"], modules=["mod_sofia", "mod_nosuch"], application=application
    )


def test_a_switch_is_read_as_it_was_recorded() -> None:
    assert _surveyed() == SwitchFacts(
        epoch=1795794410,
        is_ready=True,
        sessions_per_second=30,
        max_sessions=1000,
        modules=frozenset({"mod_sofia"}),
        application_exists=True,
        extension_exists=True,
        gateways={
            "trunk1": GatewayFacts(status="DOWN", state="NOREG", ping_seconds=10, caller_id_in_from=True),
            "nosuch": None,
        },
        cdr_push=CdrPush(has_url=True, has_queue=True),
    )


def test_no_password_is_among_the_facts() -> None:
    assert "s3cret" not in repr(_surveyed())


def test_a_paused_switch_is_not_ready() -> None:
    assert _surveyed(status=READY.replace("is ready", "is not ready")).is_ready is False


def test_a_switch_paused_for_outbound_calls_alone_is_not_ready_though_it_says_so() -> None:
    assert _surveyed(status=READY, paused="true").is_ready is False


@pytest.mark.parametrize(
    ("application", "exists"),
    [
        ("transfer:callbeat XML callbeat", True),
        ("transfer:robot XML callbeat", False),
        ("transfer:callbeat XML nosuch", False),
        ("transfer:callbeat", False),
        ("transfer:callbeat asterisk anything", True),
    ],
)
def test_an_extension_is_looked_for_in_its_own_context(application: str, *, exists: bool) -> None:
    assert _surveyed(application=application).extension_exists is exists


def test_an_application_that_the_switch_lacks_is_missed() -> None:
    assert not _surveyed(application="socket:10.0.0.5:8084 async full").application_exists


def test_an_expression_that_only_the_switch_can_read_counts_by_its_text() -> None:
    assert _surveyed(context=CONTEXT.replace("^callbeat$", r"^callbeat(?|a|b)?\K$")).extension_exists


def test_a_switch_without_the_commands_tells_nothing_and_breaks_nothing() -> None:
    facts = survey(_asking({}), gateways=["trunk1"], modules=["mod_sofia"], application="park")

    assert facts == SwitchFacts(
        epoch=None,
        is_ready=None,
        sessions_per_second=None,
        max_sessions=None,
        modules=frozenset(),
        application_exists=False,
        extension_exists=True,
        gateways={"trunk1": None},
        cdr_push=None,
    )
