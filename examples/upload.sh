#!/usr/bin/env bash
# Uploads a CSV, waits, and saves the result, with curl and jq: bash upload.sh products.csv result.csv
set -euo pipefail

url=${IMAGE_PROCESSOR_URL:-http://127.0.0.1:8000}
curl=(curl --silent --show-error --fail-with-body --retry 5 --retry-connrefused)
[ -z "${IMAGE_PROCESSOR_KEY:-}" ] || curl+=(--oauth2-bearer "$IMAGE_PROCESSOR_KEY")

# With a key, an upload that is repeated after a lost answer makes no second request.
key=$(date +%s)-$$-$RANDOM
id=$("${curl[@]}" -H "Idempotency-Key: $key" -F "file=@$1;filename=products.csv;type=text/csv" \
  -F format=webp "$url/image/upload/" | jq -r .request_id)

while
  answer=$("${curl[@]}" "$url/image/status/$id")
  jq -r .details <<<"$answer"
  status=$(jq -r .status <<<"$answer")
  [ "$status" = pending ] || [ "$status" = processing ]
do
  sleep 1
done

"${curl[@]}" --output "$2" "$url/image/result/$id"
"${curl[@]}" "$url/image/requests/$id/images?status=failed&limit=1000" |
  jq -r '.images[] | "\(.source_url): \(.error.message)"' >&2
[ "$status" = completed ]
