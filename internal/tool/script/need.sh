#!/usr/bin/env bash
# Brings what the tests need and this machine lacks: Debian packages where we may install them,
# otherwise a line that says what to install. It never asks a question.
set -euo pipefail

say() { printf '%s\n' "$*" >&2; }

missing=()
need() { # need PACKAGE TEST…: the package is missing unless the test succeeds
	local package=$1
	shift
	"$@" >/dev/null 2>&1 || missing+=("$package")
}

has_postgres() { ls /usr/lib/postgresql/*/bin/initdb || command -v initdb; }
has_chromium() { command -v chromium || command -v chromium-browser || command -v google-chrome; }
has_japanese() { [ -n "$(fc-list :lang=ja)" ]; }
reads_japanese() { tesseract --list-langs | grep -qx jpn; }
reads_columns() { tesseract --list-langs | grep -qx jpn_vert; }
has_libc() { echo '#include <stdlib.h>' | gcc -E - ; }

if ! command -v go >/dev/null; then
	say "Go is missing. Install Go 1.26 or newer from https://go.dev/dl/ and put its bin folder into PATH."
	exit 1
fi

need git command -v git
need gcc command -v gcc
need libc6-dev has_libc
need nodejs command -v node
need npm command -v npm
need fontconfig command -v fc-list
need tesseract-ocr command -v tesseract
need tesseract-ocr-jpn reads_japanese
need tesseract-ocr-jpn-vert reads_columns
need fonts-noto-cjk has_japanese
[ -n "${MANETOMO_TEST_POSTGRES:-}" ] || need postgresql has_postgres
need chromium has_chromium
[ ${#missing[@]} -eq 0 ] && exit 0

by_hand() {
	say "These tests need: ${missing[*]}"
	say "$1"
	say "On Debian, as root:  apt-get update && apt-get install --no-install-recommends ${missing[*]}"
	exit 1
}

command -v apt-get >/dev/null || by_hand "This is not a Debian machine, so install their likes by hand."
as_root=()
if [ "$(id -u)" -ne 0 ]; then
	sudo -n true 2>/dev/null || by_hand "We are not root and may not become it without a password."
	as_root=(sudo -n)
fi

say "Installing ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
# A list that fails to load may be one that we do not need; the installation tells.
"${as_root[@]}" apt-get -q update </dev/null >&2 || true
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
	apt-get -q -y install --no-install-recommends "${missing[@]}" </dev/null >&2 ||
	by_hand "apt-get could not install them: see above."
