#!/usr/bin/env bash
# Runs every fuzz target of the tree, one after the other: fuzz.sh TIME
set -euo pipefail
cd "$(dirname "$0")/../../.."
time=${1:-1m}
grep -rlE '^func Fuzz[A-Z]' --include='*_test.go' cmd internal migrations search web | xargs -rn1 dirname | sort -u |
	while read -r folder; do
		for target in $(go test -list '^Fuzz' "./$folder" | grep '^Fuzz'); do
			printf '=== %s %s for %s\n' "$folder" "$target" "$time"
			go test -run '^$' -fuzz "^$target\$" -fuzztime "$time" "./$folder" </dev/null
		done
	done
