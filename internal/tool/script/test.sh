#!/usr/bin/env bash
# Runs every check and every test, in order, and stops at the first that fails:
#   test.sh         everything; what CI runs
#   test.sh quick   without the race detector, the end-to-end and the browser tests
set -euo pipefail
cd "$(dirname "$0")/../../.."
mode=${1:-all}

# One compile cache for the PDF engine, so that not every test and every program under test compiles it again.
export XDG_CACHE_HOME=${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}
export MANETOMO_PDFIUM_CACHE=$XDG_CACHE_HOME/manetomo-pdfium
mkdir -p "$MANETOMO_PDFIUM_CACHE"
tools=$(mktemp -d)
trap 'rm -rf "$tools"' EXIT

begun=$SECONDS
stage() { # stage NAME COMMAND…
	local name=$1 start=$SECONDS
	shift
	printf '\n=== %s\n' "$name"
	if ! "$@" </dev/null; then
		printf '\n=== FAILED: %s (after %d s)\n' "$name" $((SECONDS - start)) >&2
		exit 1
	fi
	printf '=== %s: %d s\n' "$name" $((SECONDS - start))
}

# Inside a stage a failure does not stop the function by itself, so every step is joined to the next.
build_tools() {
	go -C internal/tool build -o "$tools/" github.com/a-h/templ/cmd/templ honnef.co/go/tools/cmd/staticcheck &&
		go build -o "$tools/withpostgres" ./internal/testkit/withpostgres
}

formatted() {
	local found
	found=$(gofmt -l .) || return 1
	[ -z "$found" ] || { printf 'not formatted (run gofmt -w):\n%s\n' "$found"; return 1; }
}

# The sums of all files below the given folders that are not testdata.
sums() { find "$@" -type f -not -path '*/node_modules/*' -print0 | sort -z | xargs -0 sha256sum; }

# unchanged WHAT FOLDER COMMAND…: the command makes files again and must not change one.
unchanged() {
	local what=$1 folder=$2
	shift 2
	sums "$folder" >"$tools/before" && "$@" && sums "$folder" >"$tools/after" || return 1
	diff -u "$tools/before" "$tools/after" || { echo "$what differ from their sources: commit what was made just now"; return 1; }
}

tidy() { go mod tidy -diff && go -C internal/tool mod tidy -diff; }

# Packages where goroutines meet run under the race detector: those that start them or guard something by a lock, and the
# pages, which are served to many at once. The quality of the search and the drawing of documents would take minutes
# there: the pages of posters have their tests' documents drawn one after another, and many at once are the matter of
# internal/file/pdfium.
packages() { # packages race|plain|ends
	local race='/internal/(db|event|live|talk|auth|access|notify|vocabulary|file/pdfium|testkit)(/|$)|/search$|/web(/|$)|/cmd(/|$)'
	local drawing='/web/posters(/|$)' ends='/internal/e2e(/|$)'
	case $1 in
	race) go list ./... | grep -E "$race" | grep -vE "$drawing|$ends" ;;
	plain) go list ./... | grep -vxFf <(packages race) | grep -vE "$ends" ;;
	ends) go list ./... | grep -E "$ends" ;;
	esac
}

# Every test stage shares one private PostgreSQL, which withpostgres starts and removes. The stage of go vet has looked
# at all that go test would let it look at again.
gotest() { "$tools/withpostgres" go test -vet=off -timeout 20m "$@"; }

# SQLite is not instrumented: it is C made into Go, whose memory lies outside of Go's heap, where the detector sees
# nothing, and looking would take nine tenths of the time. Its driver, which is Go, is.
translated=('-gcflags=modernc.org/sqlite/lib=-race=false' '-gcflags=modernc.org/libc/...=-race=false')
racetest() { gotest -race "${translated[@]}" "$@"; }

stage 'what this machine needs' internal/tool/script/need.sh
stage 'build the tools' build_tools
stage 'gofmt' formatted
stage 'go vet' go vet ./...
stage 'staticcheck' "$tools/staticcheck" ./...
stage 'templ: made files are up to date' unchanged 'the *_templ.go files' web "$tools/templ" generate -path web
stage 'assets: made files are up to date' unchanged 'the built assets' web/asset go -C internal/tool run ./asset
stage 'go.mod is tidy' tidy
if [ "$mode" = quick ]; then
	mapfile -t list < <(go list ./... | grep -vE '/internal/e2e(/|$)')
	stage 'tests' gotest "${list[@]}"
	printf '\n=== all done in %d s (quick: no race detector, no end-to-end, no browser)\n' $((SECONDS - begun))
	exit 0
fi
mapfile -t race < <(packages race)
mapfile -t plain < <(packages plain)
mapfile -t ends < <(packages ends)
stage 'tests' gotest "${plain[@]}"
stage 'tests with the race detector' racetest "${race[@]}"
stage 'axe-core' npm --prefix internal/e2e ci --no-audit --no-fund --loglevel=error
stage 'end to end and in the browser' gotest -v -p 1 -parallel 3 "${ends[@]}"
printf '\n=== all done in %d s\n' $((SECONDS - begun))
