"""The receiver's side as api/callbacks.md has it: ten lines that can be copied."""

import re
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

import pendulum
import pytest

from worker.callbacks.signature import signed_headers
from worker.domain.ids import DeliveryId

DOCUMENT = Path(__file__).parents[3] / "api" / "callbacks.md"
OLD, NEW, OTHER = "whsec_b2xkIGtleQ==", "whsec_bmV3IGtleQ==", "whsec_b3RoZXI="
BODY = '{"name":"Nguyễn Ánh 😀"}'
Verify = Callable[[str, Mapping[str, str], bytes], bool]


@pytest.fixture
def verify() -> Verify:
    (source,) = re.findall(r"```python\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)
    assert len(source.strip().splitlines()) <= 10
    found: dict[str, Any] = {}
    exec(source, found)  # noqa: S102 - our own document's
    verifier: Verify = found["verify"]
    return verifier


def headers(*secrets: str, age_seconds: float = 0) -> dict[str, str]:
    moment = pendulum.from_timestamp(time.time() - age_seconds)
    return signed_headers(BODY, delivery_id=DeliveryId(UUID(int=7)), secrets=secrets, now=moment)


def test_it_accepts_what_we_send(verify: Verify) -> None:
    assert verify(NEW, headers(NEW), BODY.encode())


@pytest.mark.parametrize("known", [OLD, NEW])
def test_while_secrets_are_rotated_either_is_enough(verify: Verify, known: str) -> None:
    assert verify(known, headers(NEW, OLD), BODY.encode())


def test_it_refuses_another_s_body_and_what_is_old(verify: Verify) -> None:
    assert not verify(OTHER, headers(NEW, OLD), BODY.encode())
    assert not verify(NEW, headers(NEW), BODY.encode() + b" ")
    assert not verify(NEW, headers(NEW, age_seconds=600), BODY.encode())
