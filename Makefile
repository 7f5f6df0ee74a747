# make alone prints the targets, one line each.
.DEFAULT_GOAL := help
.PHONY: help run test check generate asset cluster pdfium openseadragon tus fuzz clean

help: ## this list
	@grep -E '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z0-9-]+):[^#]*## /\1\t/' | expand -t 12

run: ## the whole forum with demo content, on http://127.0.0.1:8080
	go run ./cmd/manetomo serve --demo

test: ## everything that CI checks; brings the Debian packages it needs
	internal/tool/script/test.sh

check: ## the quick part of it: no race detector, no end-to-end, no browser
	internal/tool/script/test.sh quick

generate: ## make the *_templ.go files again after a change of a .templ file
	go -C internal/tool run github.com/a-h/templ/cmd/templ generate -path $(CURDIR)/web

asset: ## build styles and scripts again into web/asset/dist
	go -C internal/tool run ./asset

cluster: ## two nodes on one PostgreSQL behind a proxy, without Docker
	internal/tool/script/cluster.sh

pdfium: ## fetch pdfium.wasm again as its lock file pins it (needs npm); a test compares its checksum
	cd internal/file/pdfium && npm ci --ignore-scripts && cp node_modules/@embedpdf/pdfium/dist/pdfium.wasm . && \
		cp node_modules/@embedpdf/pdfium/LICENSE LICENSE.embedpdf && cp node_modules/@embedpdf/pdfium/LICENSE.pdfium . && rm -rf node_modules

openseadragon: ## fetch openseadragon.min.js again as its lock file pins it (needs npm); a test compares its checksum
	cd web/posters/openseadragon && npm ci --ignore-scripts && cp node_modules/openseadragon/build/openseadragon/openseadragon.min.js . && \
		cp node_modules/openseadragon/LICENSE.txt LICENSE.openseadragon && rm -rf node_modules

tus: ## fetch tus.min.js again as its lock file pins it (needs npm); a test compares its checksum
	cd web/files/tus && npm ci --ignore-scripts && cp node_modules/tus-js-client/dist/tus.min.js . && \
		cp node_modules/tus-js-client/LICENSE LICENSE.tus-js-client && rm -rf node_modules

fuzz: ## every fuzz target for a minute (TIME=10m for longer)
	internal/tool/script/fuzz.sh $(or $(TIME),1m)

clean: ## remove the built program
	rm -f manetomo
