"""A recording is noted with its CDR, and its file goes when its time, its CDR or its person does."""

from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import select, update

from tests.builders import CAMPAIGN, HANOI, NOON, TENANT, add_leads, fill_store, stored_settings, viettel
from tests.builders.call_rows import a_call
from tests.fakes.jobs import FakeJobQueue
from worker.domain.call import CallState, HungUp
from worker.domain.campaign import AUTOCALL
from worker.domain.cdr import cdr_body
from worker.domain.errors import NotFound
from worker.domain.hangup import Hangup
from worker.domain.ids import CallId, TenantId
from worker.domain.recording import recording_name
from worker.domain.retention import Kept
from worker.ports.records.entities import Tenant
from worker.sounds.recordings import RecordingFolder
from worker.store.base.recording_tables import recordings
from worker.store.base.tables import leads
from worker.store.transaction import SqlStore
from worker.usecases.dispatch.correct_calls import correct_calls
from worker.usecases.dispatch.finish_calls import finish_calls
from worker.usecases.records.drop_old_records import drop_old_records, keep_for
from worker.usecases.records.drop_recordings import drop_recordings, due_recordings, find_recording, forget_recordings
from worker.usecases.records.erase_person import erase_person

WHO = Tenant(id=TENANT, name="default", timezone=HANOI)
DAYS = 10
DUE = NOON.add(days=DAYS)


@pytest.fixture
def call_id(store: SqlStore) -> CallId:
    """Store an answered call of a campaign that records, and return its id."""
    fill_store(store, stored_settings(type=AUTOCALL, enable_recording=True, recording_days=DAYS))
    (lead,) = add_leads(store, viettel(1))
    with store.transaction() as tx:
        tx.connection.execute(update(leads).values(stage="calling"))
        call = a_call(1, lead, state=CallState.ANSWERED, switch="s1", phone=viettel(1)[0], answered_at=NOON)
        tx.calls.insert([call])
    return call.id


def an_end(call_id: CallId, *, is_assumed: bool = False) -> HungUp:
    end = Hangup(cause="NORMAL_CLEARING", answered=True)
    name = "" if is_assumed else recording_name(call_id, token="a" * 32)
    return HungUp(call_id, end, started_at=NOON, ended_at=NOON, answered_at=NOON, recording=name, is_assumed=is_assumed)


def finish(store: SqlStore, event: HungUp) -> None:
    with store.transaction() as tx:
        (call,) = tx.calls.lock([event.call_id], states=[CallState.ANSWERED])
        finish_calls(tx, queue=FakeJobQueue(), ended=[(call, event)], now=NOON, new_id=uuid4)


def shown(store: SqlStore, call_id: CallId) -> object:
    with store.reading() as tx:
        return cdr_body(tx.cdrs.get(TENANT, str(call_id)), zone=HANOI)["recording_url"]


def write(folder: Path, call_id: CallId) -> Path:
    file = folder / recording_name(call_id, token="a" * 32)
    file.write_bytes(b"RIFF")
    return file


def test_a_cdr_names_its_recording_until_the_file_is_deleted(store: SqlStore, call_id: CallId, tmp_path: Path) -> None:
    finish(store, an_end(call_id))
    file, files = write(tmp_path, call_id), RecordingFolder(tmp_path)

    assert shown(store, call_id) == f"/v3/recording/{file.name}"
    assert find_recording(store, tenant=WHO, name=file.name, files=files) == file
    assert drop_recordings(store, files=files, now=DUE.subtract(seconds=1)) == 0
    assert drop_recordings(store, files=files, now=DUE) == 1
    assert not file.exists()
    assert shown(store, call_id) == ""
    assert due_recordings(store, now=DUE, limit=9) == []


def test_a_recording_is_found_by_its_tenant_and_its_whole_name_only(
    store: SqlStore, call_id: CallId, tmp_path: Path
) -> None:
    finish(store, an_end(call_id))
    file, files = write(tmp_path, call_id), RecordingFolder(tmp_path)
    guessed = recording_name(call_id, token="b" * 32)
    (tmp_path / guessed).write_bytes(b"RIFF")
    stranger = Tenant(id=TenantId(uuid4()), name="other", timezone=HANOI)

    for tenant, name in ((WHO, guessed), (stranger, file.name), (WHO, "a.wav")):
        with pytest.raises(NotFound):
            find_recording(store, tenant=tenant, name=name, files=files)


def test_what_no_worker_sees_is_named_until_an_operator_says_that_it_is_gone(
    store: SqlStore, call_id: CallId, tmp_path: Path
) -> None:
    finish(store, an_end(call_id))

    assert drop_recordings(store, files=RecordingFolder(tmp_path / "elsewhere"), now=DUE) == 0
    assert shown(store, call_id) == ""
    named = due_recordings(store, now=DUE, limit=9)
    assert named == [recording_name(call_id, token="a" * 32)]
    assert forget_recordings(store, [*named, "other.wav"], now=DUE) == 1
    assert due_recordings(store, now=DUE, limit=9) == []


@pytest.mark.parametrize("is_up", [False, True], ids=["over", "up"])
def test_an_erased_persons_recording_is_deleted_at_once(
    store: SqlStore, call_id: CallId, tmp_path: Path, *, is_up: bool
) -> None:
    file = write(tmp_path, call_id)
    if not is_up:
        finish(store, an_end(call_id))
    erase_person(store, tenant=WHO, phone_number=viettel(1)[0], new_key="k", now=NOON)
    if is_up:
        finish(store, an_end(call_id))

    assert shown(store, call_id) == ""
    assert drop_recordings(store, files=RecordingFolder(tmp_path), now=NOON) == 1
    assert not file.exists()


def test_a_recording_goes_with_its_cdr(store: SqlStore, call_id: CallId, tmp_path: Path) -> None:
    finish(store, an_end(call_id))
    file, later = write(tmp_path, call_id), NOON.add(days=9)
    keep_for(store, tenant_id=TENANT, days={Kept.CDRS: 8}, now=NOON)

    assert drop_old_records(store, now=later) == 1
    assert drop_recordings(store, files=RecordingFolder(tmp_path), now=later) == 1
    assert not file.exists()


def test_a_recording_that_only_the_second_source_tells_is_noted(store: SqlStore, call_id: CallId) -> None:
    finish(store, an_end(call_id, is_assumed=True))
    assert shown(store, call_id) == ""

    with store.transaction() as tx:
        tx.corrections.lock_carriers([call_id])
        (call,) = tx.corrections.lock_assumed([call_id])
        correct_calls(tx, queue=FakeJobQueue(), reported=[(call, an_end(call_id))], now=NOON, new_id=uuid4)

    assert shown(store, call_id) == f"/v3/recording/{recording_name(call_id, token='a' * 32)}"
    with store.reading() as tx:
        assert tx.connection.scalars(select(recordings.c.delete_at)).one() == DUE


def test_only_leads_without_a_code_are_told_of_recording(store: SqlStore) -> None:
    fill_store(store, stored_settings(enable_recording=True, recording_consent="Xin ghi âm"))
    plain, code = add_leads(store, viettel(2))
    with store.transaction() as tx:
        template = stored_settings().template_uuid
        tx.connection.execute(update(leads).where(leads.c.id == code).values(template_id=template))
        assert tx.sound_waits.consents([plain, code]) == {plain: "Xin ghi âm"}
    assert CAMPAIGN
