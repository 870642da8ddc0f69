"""The answer to bytes that are not HTTP, in the shape of every other refusal."""

import json
from http import HTTPStatus

import h11
from typing_extensions import override
from uvicorn.protocols.http.h11_impl import H11Protocol


class JsonProtocol(H11Protocol):
    """Uvicorn's protocol with a JSON body instead of plain text; written for Uvicorn 0.35 and later."""

    @override
    def send_400_response(self, msg: str) -> None:
        if self.conn.our_state not in {h11.IDLE, h11.SEND_RESPONSE}:  # an answer has been sent already
            self.transport.close()
            return
        body = json.dumps({"error": msg}).encode()
        headers = [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(body)).encode()),
            (b"connection", b"close"),
        ]
        start = h11.Response(status_code=HTTPStatus.BAD_REQUEST, headers=headers, reason=b"Bad Request")
        for event in (start, h11.Data(data=body), h11.EndOfMessage()):
            self.transport.write(self.conn.send(event) or b"")
        self.transport.close()
