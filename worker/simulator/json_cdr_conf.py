"""Reads FreeSWITCH's ``json_cdr.conf.xml``, so that the simulated switch is configured as a real one is."""

from pathlib import Path
from xml.etree import ElementTree as ET

from worker.simulator.cdr_post import CdrOptions


def read_json_cdr_conf(path: Path) -> CdrOptions:
    """Return the settings of mod_json_cdr. Raises ``ValueError`` when the file is none, or names no address."""
    try:
        root = ET.fromstring(path.read_text(encoding="utf-8"))  # noqa: S314 - the operator's own file
    except (ET.ParseError, UnicodeDecodeError) as error:
        raise ValueError(f"{path} is no XML file") from error
    found = {each.get("name", ""): each.get("value", "") for each in root.iter("param")}
    if "url" not in found or "cred" not in found:
        raise ValueError(f"{path} names no url or no cred")
    folder = found.get("err-log-dir", "")
    return CdrOptions(
        url=found["url"],
        cred=found["cred"],
        err_log_dir=Path(folder) if folder else None,
        retries=int(found.get("retries", "0")),
        delay_seconds=float(found.get("delay", "5")),
        timeout_seconds=float(found.get("timeout", "5")),
        queue_capacity=int(found.get("queue-capacity", "10000")),
    )
