"""Makes generated calls reach the code behind the first check: with files that are read, and requests that exist."""

import json
import os
import urllib.request

import schemathesis
from hypothesis import strategies as st

SERVICE = os.environ["FUZZED_SERVICE"]

HEADER = "S. No.,Product Name,Input Image Urls\n"

# Names that never resolve (RFC 2606), and targets that are refused: nothing is sent to others.
LINKS = [
    "http://images.invalid/1.png",
    "https://images.invalid/ä b.jpg?x=1#y",
    "http://127.0.0.1:9/1.png",
    "http://user:password@images.invalid/1.png",
    "//images.invalid/1.webp",
    "not a link",
    "",
]
RECEIVER = "https://receiver.invalid/hook"


FILES = st.lists(
    st.tuples(st.sampled_from(["Mug", '"Mug, ""12"""', 'Mug 12"', "=1+1"]), st.lists(st.sampled_from(LINKS), max_size=3)),
    max_size=4,
).map(
    lambda rows: (
        HEADER
        + "".join(f'{number},{name},"{",".join(links)}"\n' for number, (name, links) in enumerate(rows, 1))
    ).encode()
)


@schemathesis.hook
def flatmap_body(context, body):
    """Turns most uploads into files with rows, and names no receiver that could exist."""
    if not isinstance(body, dict):
        return st.just(body)
    if isinstance(body.get("webhook_url"), str) and ":" in body["webhook_url"]:
        body = {**body, "webhook_url": RECEIVER}
    if "file" not in body:
        return st.just(body)
    return st.one_of(st.just(body), FILES.map(lambda file: {**body, "file": file}), FILES.map(lambda file: {"file": file}))


@schemathesis.hook
def flatmap_path_parameters(context, path_parameters):
    """Names a recent request in most calls."""
    if not path_parameters or "request_id" not in path_parameters:
        return st.just(path_parameters)
    # The number is drawn, not the id: Hypothesis refuses choices that change from one call to the next.
    return st.integers(-10, 19).map(lambda number: named(path_parameters, number))


def named(path_parameters, number):
    known = recent_requests() if number >= 0 else []
    return {**path_parameters, "request_id": known[number % len(known)]} if known else path_parameters


def recent_requests():
    with urllib.request.urlopen(f"{SERVICE}/image/requests?limit=20", timeout=30) as response:
        return [one["request_id"] for one in json.load(response)["requests"]]
