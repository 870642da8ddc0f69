"""Conversion of a carrier's row to what planning and dialling use."""

from collections.abc import Mapping

from sqlalchemy import RowMapping

from worker.domain.carrier import Carrier
from worker.domain.ids import CarrierId, TenantId
from worker.domain.network import Network


def to_carrier(row: RowMapping) -> Carrier:
    """Return the carrier in the row."""
    data: Mapping[str, str] = row["data"]
    return Carrier(
        id=CarrierId(row["id"]),
        tenant_id=TenantId(row["tenant_id"]),
        gateway=row["gateway"],
        dial_type=row["dial_type"],
        concurrent_call=row["concurrent_call"],
        calls_per_second=row["calls_per_second"],
        number_format=row["number_format"],
        longest_call_seconds=row["longest_call_seconds"],
        network={Network(name): channels for name, channels in row["network"].items()},
        caller_ids=_numbers(data.get("caller_id", "")),
        prefix=data.get("prefix", ""),
        network_prefixes={n: data[f"prefix_{n}"] for n in Network if data.get(f"prefix_{n}")},
        network_caller_ids={n: _numbers(data[f"caller_id_{n}"]) for n in Network if data.get(f"caller_id_{n}")},
    )


def _numbers(text: str) -> tuple[str, ...]:
    return tuple(number for number in text.split(",") if number)
