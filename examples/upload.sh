#!/usr/bin/env bash
# Uploads a CSV, waits, and saves the result, with curl and jq: bash upload.sh products.csv result.csv
set -euo pipefail

url=${IMAGE_PROCESSOR_URL:-http://127.0.0.1:8000}
answer=$2.part
trap 'rm -f "$answer"' EXIT
# A call that makes no progress for a minute ends with code 28.
curl=(curl --silent --show-error --speed-limit 1 --speed-time 60 --output "$answer" --write-out '%{http_code}')
[ -z "${IMAGE_PROCESSOR_KEY:-}" ] || curl+=(--oauth2-bearer "$IMAGE_PROCESSOR_KEY")

# Leaves the answer in the file. Repeats a call that got none, or 429 or 503.
call() {
  local path=$1 code pause
  shift
  for pause in 1 2 4 8 0; do
    code=$("${curl[@]}" "$@" "$url$path") || code="curl $?"
    case $code in
      2*) return ;;
      429 | 503 | 'curl 7' | 'curl 18' | 'curl 28' | 'curl 52' | 'curl 56') sleep "$pause" ;;
      *) break ;;
    esac
  done
  echo "$path: $code $(cat "$answer" 2>/dev/null)" >&2
  exit 1
}

# With a key, an upload that is repeated after a lost answer makes no second request.
call /image/upload/ -H "Idempotency-Key: $(date +%s)-$$-$RANDOM" \
  -F "file=@$1;filename=products.csv;type=text/csv" -F format=webp
id=$(jq -r .request_id "$answer")

status=pending
while [ "$status" = pending ] || [ "$status" = processing ]; do
  sleep 1
  call "/image/status/$id"
  jq -r .details "$answer"
  status=$(jq -r .status "$answer")
done

call "/image/requests/$id/images?status=failed&limit=1000"
jq -r '.images[] | "\(.source_url): \(.error.message)"' "$answer" >&2
call "/image/result/$id"
mv "$answer" "$2"
[ "$status" = completed ]
