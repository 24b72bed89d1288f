"""Uploads a CSV, waits, and saves the result, with the standard library only: python3 upload.py products.csv result.csv"""

import http.client
import json
import os
import sys
import time
import urllib.error
import urllib.request
import uuid

URL = os.environ.get("IMAGE_PROCESSOR_URL") or "http://127.0.0.1:8000"
KEY = os.environ.get("IMAGE_PROCESSOR_KEY")


def call(path, body=None, headers=()):
    """Repeats a call that got no whole answer, or 429 or 503; after other error answers the program ends."""
    authorization = {"Authorization": f"Bearer {KEY}"} if KEY else {}
    request = urllib.request.Request(URL + path, body, {**authorization, **dict(headers)})
    for pause in (1, 2, 4, 8, None):
        try:
            with urllib.request.urlopen(request, timeout=60) as response:
                return response.read()
        except urllib.error.HTTPError as error:
            if error.code not in (429, 503) or pause is None:
                sys.exit(f"{path}: HTTP {error.code} {error.read().decode()}")
        except (OSError, http.client.HTTPException):
            if pause is None:
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
    with open(f"{result}.part", "wb") as file:
        file.write(call(f"/image/result/{request_id}"))
    os.replace(f"{result}.part", result)
    return 0 if status["status"] == "completed" else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
