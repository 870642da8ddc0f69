"""Create a template."""

from worker.domain.errors import InvalidFields
from worker.domain.template import faults_of
from worker.ports.records.entities import TemplateRecord
from worker.ports.records.store import RecordStore


def create_template(store: RecordStore, template: TemplateRecord) -> None:
    """Add a template; raises ``InvalidFields`` when it can be played for nobody."""
    if faults := faults_of(template.body):
        raise InvalidFields(faults)
    with store.transaction() as tx:
        tx.templates.add(template)
