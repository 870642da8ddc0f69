"""Create a template."""

from worker.ports.record_store import RecordStore
from worker.ports.records import TemplateRecord


def create_template(store: RecordStore, template: TemplateRecord) -> None:
    """Add a template."""
    with store.transaction() as tx:
        tx.templates.add(template)
