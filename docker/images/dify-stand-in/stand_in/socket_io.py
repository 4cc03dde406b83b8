"""Just enough of a web socket to see whether a proxy lets one through."""

import base64
import hashlib
import json

MAGIC = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455


def frame(opcode, payload):
    """One unmasked frame with less than 64 KiB."""
    size = len(payload)
    length = bytes([size]) if size < 126 else bytes([126]) + size.to_bytes(2)
    return bytes([0x80 | opcode]) + length + payload


def answer(handler):
    """Accepts, sends what arrived as one text frame, and closes."""
    key = handler.headers.get("sec-websocket-key", "") + MAGIC
    handler.close_connection = True
    handler.send_response(101)
    handler.send_header("Upgrade", "websocket")
    handler.send_header("Connection", "Upgrade")
    handler.send_header("Sec-WebSocket-Accept", base64.b64encode(hashlib.sha1(key.encode()).digest()).decode())
    handler.end_headers()
    handler.wfile.write(frame(1, json.dumps(handler.echo()).encode()) + frame(8, (1000).to_bytes(2)))
