"""Values, texts and bytes that clients should not send, and do."""

import gzip
from collections.abc import Sequence
from typing import Any

MEGABYTE = 1024 * 1024

VALUES: Sequence[Any] = (  # Any: whatever JSON holds
    None,
    True,
    0,
    -1,
    2**31,
    2**63,
    2**64,
    10**40,
    1.5,
    -0.0,
    1e308,
    [],
    [[]],
    [None],
    {},
    {"": None},
    {"a": {"a": {"a": []}}},
    "",
    " ",
    "x",
    "x" * 5000,
    "\0",
    "a\0b",
    "٣",
    "\u202e\ufeff",
    "\U0001f4a9" * 300,
    "'; DROP TABLE leads; --",
    "../../etc/passwd",
    "{{7*7}}${7*7}%s%n",
    "00000000-0000-0000-0000-000000000000",
    "2026-02-30T25:61:61Z",
    "http://[::1",
)
"""Of a field: the wrong type, size and sign, and texts that mean something to somebody else."""

TEXTS = (
    b"",
    b"%00",
    b"a%00b",
    b"%FF%FE",
    b"%C0%AF",
    b"%ED%A0%80",
    b"%D9%A3",
    b"%EF%BC%91",
    b"%2F..%2F..",
    b"..",
    b"%",
    b"%zz",
    b"-1",
    b"0",
    b"1e3",
    b"+1",
    b"1_000",
    b"10001",
    b"18446744073709551616",
    b"9" * 400,
    b"NaN",
    b"null",
    b"true",
    b"[]",
    b"%7B%7D",
    b"'%20OR%201=1--",
    b"x" * 3000,
    b"c2da23c0-9739-4287-828a-7b15cf0fb19",
    b"%7Bc2da23c0-9739-4287-828a-7b15cf0fb19e%7D",
    b"c2da23c0973942878 28a7b15cf0fb19e",
    b"urn:uuid:c2da23c0-9739-4287-828a-7b15cf0fb19e",
    b"2026-02-30",
    b"0000-00-00%2000:00:00",
    b"9999-12-31%2023:59:60",
    b"99999-01-01",
)
"""Of a path or a query."""

BODIES = (
    b"",
    b" \t\r\n",
    b"null",
    b"true",
    b"0",
    b'"x"',
    b"[]",
    b"[{}]",
    b"{",
    b"}",
    b"{}{}",
    b"{'a': 1}",
    b'{"a": 1,}',
    b'{"a": 1 /* why */}',
    b'{"a": NaN}',
    b'{"a": Infinity}',
    b'{"a": 1e400}',
    b'{"a": -}',
    b'{"a": 01}',
    b'{"a": 1' + b"0" * 5000 + b"}",
    b'{"a": "\xff\xfe"}',
    b'{"a": "\xc0\xaf"}',
    b'{"a": "\xed\xa0\x80"}',
    b'{"a": "\\ud800"}',
    b'{"a": "\\u0000"}',
    b'{"\\u0000": 1}',
    b'{"a": "\x00"}',
    b"\x00\x00\x00\x00",
    b"\xef\xbb\xbf{}",
    '{"active": true}'.encode("utf-16"),
    '{"active": true}'.encode("utf-32"),
    gzip.compress(b'{"active": true}', mtime=0),
    b"active=true&phone_number=0341234567",
    b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>",
    b'--x\r\nContent-Disposition: form-data; name="a"; filename="b"\r\n\r\n1\r\n--x--\r\n',
    b"[" * 100_000,
    b"[" * 40 + b"]" * 40,
    b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
    b'{"a":' * 40 + b"1" + b"}" * 40,
)
"""Bodies that are no JSON, no object, or too deep."""

LARGE = (
    b'{"description": "' + b"x" * 10 * MEGABYTE + b'"}',
    b"[" + b"0," * 5 * MEGABYTE + b"0]",
    b"\x00" * 10 * MEGABYTE,
)
"""Bodies beyond the limit."""

HEADERS = (
    ((b"authorization", b""),),
    ((b"authorization", b"Bearer"),),
    ((b"authorization", b"Bearer \xff\xfe"),),
    ((b"authorization", b"Basic Zmlyc3QtdG9rZW4="),),
    ((b"authorization", b"Bearer " + b"x" * 8000),),
    ((b"authorization", b"Bearer wrong"), (b"authorization", b"Bearer first-token")),
    (),
)
"""Instead of a right token."""

NAMED = (
    ((b"content-type", b"text/html; charset=utf-16"),),
    ((b"content-type", b"multipart/form-data"),),
    ((b"content-type", b"application/json; charset=\xff"),),
    ((b"content-encoding", b"gzip"),),
    ((b"content-encoding", b"br, deflate"),),
    ((b"content-length", b"-1"),),
    ((b"content-length", b"99999999999999999999"),),
    ((b"transfer-encoding", b"chunked, identity"),),
    ((b"expect", b"100-continue"),),
    ((b"accept", b"text/html"),),
    ((b"x-http-method-override", b"DELETE"),),
    ((b"host", b"\xff"),),
    ((b"range", b"bytes=0-0,-1"),),
    ((b"cookie", b"a=b; " * 500),),
)
"""What a body is said to be and is not; with each goes a body that is no JSON."""

METHODS = ("HEAD", "OPTIONS", "TRACE", "PROPFIND", "get", "CONNECT", "LOCK", "\u00fc")
