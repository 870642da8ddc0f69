"""Create a template."""

from worker.ports.records.entities import TemplateRecord
from worker.ports.records.store import RecordStore


def create_template(store: RecordStore, template: TemplateRecord) -> None:
    """Add a template."""
    with store.transaction() as tx:
        tx.templates.add(template)
