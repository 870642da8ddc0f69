"""Conversion between a campaign's row and its settings."""

from dataclasses import fields
from typing import Final

from sqlalchemy import RowMapping

from worker.domain.campaign_settings import CampaignSettings
from worker.store.base.campaign_columns import COLUMN_OF

_COLUMNS: Final = {field.name: COLUMN_OF.get(field.name, field.name) for field in fields(CampaignSettings)}
_SEQUENCES: Final = ("schedules", "recall_status")


def to_settings(row: RowMapping) -> CampaignSettings:
    """Return the settings in a row of the campaigns table."""
    values = {name: row[column] for name, column in _COLUMNS.items()}
    for name in _SEQUENCES:
        values[name] = None if values[name] is None else tuple(values[name])
    return CampaignSettings(**values)


def to_row(settings: CampaignSettings) -> dict[str, object]:
    """Return the row of the campaigns table for the settings."""
    row = {column: getattr(settings, name) for name, column in _COLUMNS.items()}
    for name in _SEQUENCES:
        row[name] = None if row[name] is None else list(row[name])
    return row
