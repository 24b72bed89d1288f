"""Receives webhooks, verifies them, and keeps each once, with the standard library only: WEBHOOK_SECRET=whsec_… python3 receiver.py"""

import base64
import hashlib
import hmac
import json
import os
import time
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SECRET = base64.b64decode(os.environ["WEBHOOK_SECRET"].removeprefix("whsec_"))
INBOX = os.environ.get("INBOX", "inbox")
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
    """Returns whether the message is new."""
    try:
        with open(os.path.join(INBOX, urllib.parse.quote(message_id, safe="") + ".json"), "xb") as file:
            file.write(body)
        return True
    except FileExistsError:
        return False


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        if not is_genuine(self.headers, body):
            return self.answer(401)
        # Keep it, answer, and do the work later, from the inbox. After an error here there is no answer: it is sent again.
        is_new = keep(self.headers["webhook-id"], body)
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
