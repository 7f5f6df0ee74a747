#!/usr/bin/env bash
# Two nodes on one private PostgreSQL behind a reverse proxy, with the demo's OpenID provider as a process of its own:
# the shape of docker-compose.yml without Docker. Open the address that it prints; Ctrl+C ends all of it.
set -euo pipefail
cd "$(dirname "$0")/../../.."

if [ -z "${MANETOMO_TEST_POSTGRES:-}" ]; then
	exec go run ./internal/testkit/withpostgres "$0" "$@"
fi

port=${1:-8080}
dir=$(mktemp -d)
end() {
	trap '' INT TERM # a second one, from the group, must not cut this short
	kill $(jobs -p) 2>/dev/null || true
	wait
	rm -rf "$dir"
}
trap end EXIT
trap 'exit 0' INT TERM
go build -o "$dir/manetomo" ./cmd/manetomo
go build -o "$dir/proxy" ./internal/e2e/proxy

export DATABASE_URL=$MANETOMO_TEST_POSTGRES
export MANETOMO_BASE_URL=http://127.0.0.1:$port
export MANETOMO_OIDC_DEMO_ISSUER=http://127.0.0.1:$((port + 1))
export MANETOMO_OIDC_DEMO_CLIENT_ID=manetomo MANETOMO_OIDC_DEMO_CLIENT_SECRET=demo MANETOMO_OIDC_DEMO_LABEL=デモ

# Without an S3-compatible store the nodes share one folder of files.
mkdir -p "$dir/one/files" "$dir/two"
ln -s "$dir/one/files" "$dir/two/files"

"$dir/manetomo" demo-provider --listen "127.0.0.1:$((port + 1))" &
"$dir/manetomo" migrate --data "$dir/one"
"$dir/manetomo" demo --data "$dir/one"
"$dir/manetomo" serve --data "$dir/one" --listen "127.0.0.1:$((port + 2))" &
"$dir/manetomo" serve --data "$dir/two" --listen "127.0.0.1:$((port + 3))" &
"$dir/proxy" "127.0.0.1:$port" "http://127.0.0.1:$((port + 2))" "http://127.0.0.1:$((port + 3))" &
echo "Two nodes behind http://127.0.0.1:$port"
wait
