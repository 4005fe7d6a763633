# What can be done here. `make` alone lists it.

.DEFAULT_GOAL := help
SHELL := /bin/sh

ADDR ?= $(or $(ROLLCALL_ADDR),127.0.0.1:5000)
# Where `make run` builds; the data lies in the same folder, and git ignores it.
BINARY := .rollcall/bin/rollcall
BENCHMARK := .rollcall/bin/bench
SQLC := go tool -modfile=tools/sqlc/go.mod sqlc

.PHONY: help
help: ## List the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: run
run: postgres ## Run the service with a private Postgres; ADDR=127.0.0.1:5001 moves it
	@go build -o $(BINARY) .
	@exec $(BINARY) dev --addr $(ADDR)

.PHONY: test
test: postgres ## Run all tests, on a private Postgres of their own
	go test ./...
	@[ -d ../shared ] || echo 'Skipped, since ../shared is not there: the published client, the public documents, the JSON Schema suite, the meta-schemas.'
	@[ "$$(id -u)" = 0 ] || echo 'Skipped, since you are not root: that Postgres runs as another user then.'
	@[ -d /proc/self ] || echo 'Skipped, since there is no /proc: that the folder of a server that runs is left alone.'
	@/usr/bin/python3 -c 'import requests, pytest, flask, jwt' 2>/dev/null || \
	echo 'Skipped, since Python lacks requests, pytest, flask or jwt: the published client and its tests.'

.PHONY: soak
soak: postgres ## Attack three instances at full size, some 20 minutes, and print what was found
	go -C internal/attacks test -count=1 -timeout=1h -attacks.full

.PHONY: generate
generate: ## Make gen/ anew from openrpc.json and sql/
	go run ./tools/openrpcgen check -strict openrpc.json
	CGO_ENABLED=0 $(SQLC) compile -f sql/sqlc.yaml
	@rm -rf gen # nothing is at fault: what is gone will come back
	go run ./tools/openrpcgen -strict -tests -in openrpc.json -out gen -package rollcall
	CGO_ENABLED=0 $(SQLC) generate -f sql/sqlc.yaml

.PHONY: verify
verify: ## Fail if gen/ is not what `make generate` makes, or a go.mod is not tidy
	@before=$$(mktemp -d) && trap 'rm -rf "$$before"' EXIT && cp -R gen "$$before" && \
	$(MAKE) --no-print-directory generate && \
	if diff -r "$$before/gen" gen; then echo 'gen/ is up to date'; \
	else echo 'gen/ was not up to date; it is now: commit it' >&2; exit 1; fi
	@for module in . tools/bench tools/lint tools/sqlc; do (cd $$module && go mod tidy -diff) || \
	{ echo "$$module/go.mod is not tidy: run go mod tidy there" >&2; exit 1; }; done

.PHONY: lint
lint: ## Look for mistakes: gofmt, go vet, staticcheck
	@unformatted=$$(gofmt -l .) && if [ -n "$$unformatted" ]; then echo "not formatted: $$unformatted" >&2; exit 1; fi
	go vet ./...
	go -C tools/bench vet ./...
	go tool -modfile=tools/lint/go.mod staticcheck ./...
	go -C tools/bench tool -modfile=../lint/go.mod staticcheck ./...

.PHONY: bench
bench: postgres ## Measure what a call costs, beside peers; BENCH=-help lists how
	@go -C tools/bench build -o ../../$(BENCHMARK) .
	@exec $(BENCHMARK) $(BENCH)

# A prerequisite, not a part of the program: gets Postgres onto a machine that
# has none.
.PHONY: postgres
postgres:
	@go run ./tools/postgres
