"""Receives webhooks, verifies them, and keeps each once, with the standard library only: WEBHOOK_SECRET=whsec_… python3 receiver.py"""

import base64
import hashlib
import hmac
import json
import os
import sys
import tempfile
import time
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SECRET = base64.b64decode(os.environ["WEBHOOK_SECRET"].removeprefix("whsec_"), validate=True)
if not SECRET:
    raise SystemExit("Set WEBHOOK_SECRET to whsec_…")
INBOX = os.environ.get("INBOX", "inbox")
MAX_BYTES = 64 * 1024
TOLERANCE_SECONDS = 300


def is_genuine(headers, body):
    message_id, timestamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not timestamp.isascii() or not timestamp.isdigit() or abs(time.time() - int(timestamp)) > TOLERANCE_SECONDS:
        return False
    # The signature is over the bytes as they came: verify before parsing.
    signed = hmac.new(SECRET, f"{message_id}.{timestamp}.".encode() + body, hashlib.sha256)
    expected = b"v1," + base64.b64encode(signed.digest())
    # Two signatures while the secret is rotated.
    return any(hmac.compare_digest(expected, one.encode()) for one in headers.get("webhook-signature", "").split())


def keep(message_id, body):
    """Writes the message to a file of its own, and gives it its name when it is complete. Returns whether it is new."""
    with tempfile.NamedTemporaryFile(dir=INBOX, suffix=".part") as file:
        file.write(body)
        file.flush()
        os.fsync(file.fileno())
        try:
            os.link(file.name, os.path.join(INBOX, urllib.parse.quote(message_id, safe="") + ".json"))
            return True
        except FileExistsError:
            return False


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self):
        length = self.headers.get("content-length", "")
        if not length.isdecimal() or int(length) > MAX_BYTES:
            return self.answer(413)
        body = self.rfile.read(int(length))
        if not is_genuine(self.headers, body):
            return self.answer(401)
        # Keep it, answer, and do the work later, from the inbox.
        try:
            is_new = keep(self.headers["webhook-id"], body)
        except OSError as error:
            print(error, file=sys.stderr, flush=True)
            return self.answer(500)  # It is sent again.
        self.answer(204)
        payload = json.loads(body)
        print("received" if is_new else "repeated", payload["request_id"], payload["status"], flush=True)

    def answer(self, status):
        self.send_response(status)
        self.end_headers()

    def log_message(self, *_):
        pass


os.makedirs(INBOX, exist_ok=True)
server = ThreadingHTTPServer(("127.0.0.1", int(os.environ.get("PORT", "9001"))), Receiver)
print(f"http://127.0.0.1:{server.server_port}/", flush=True)
server.serve_forever()
