"""Uploads a CSV, waits, and saves the result, with the standard library only: python3 upload.py products.csv result.csv"""

import json
import os
import sys
import time
import urllib.request
import uuid

URL = os.environ.get("IMAGE_PROCESSOR_URL") or "http://127.0.0.1:8000"
KEY = os.environ.get("IMAGE_PROCESSOR_KEY")


def call(path, body=None, headers=()):
    """Repeats a call that got no answer, or 503; other error answers raise HTTPError."""
    authorization = {"Authorization": f"Bearer {KEY}"} if KEY else {}
    request = urllib.request.Request(URL + path, body, {**authorization, **dict(headers)})
    for pause in (1, 2, 4, 8, None):
        try:
            with urllib.request.urlopen(request, timeout=60) as response:
                return response.read()
        except OSError as error:
            if getattr(error, "code", 503) != 503 or pause is None:
                raise
            time.sleep(pause)


def upload(path, **fields):
    boundary = uuid.uuid4().hex
    parts = [f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in fields.items()]
    parts.append(
        f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="products.csv"\r\nContent-Type: text/csv\r\n\r\n'
    )
    with open(path, "rb") as file:
        body = "".join(parts).encode() + file.read() + f"\r\n--{boundary}--\r\n".encode()
    # With a key, an upload that is repeated after a lost answer makes no second request.
    headers = {"Content-Type": f"multipart/form-data; boundary={boundary}", "Idempotency-Key": uuid.uuid4().hex}
    return json.loads(call("/image/upload/", body, headers))["request_id"]


def main(path, result):
    request_id = upload(path, format="webp", quality=70)
    while True:
        status = json.loads(call(f"/image/status/{request_id}"))
        print(status["details"], flush=True)
        if status["status"] not in ("pending", "processing"):
            break
        time.sleep(1)
    with open(result, "wb") as file:
        file.write(call(f"/image/result/{request_id}"))
    return 0 if status["status"] == "completed" else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
