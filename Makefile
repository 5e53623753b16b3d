# The only entrance: demo, test, check, bench. Needs python3 with venv, and make.
VENV   ?= .venv
PYTHON ?= python3
BIN     = $(VENV)/bin
PIP     = $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: demo test long browser frontend pictures check bench bench-peers sample fix clean

# Each stamp remembers for which pyproject.toml its parts were installed.
$(VENV)/.core: pyproject.toml
	@$(PYTHON) -m venv $(VENV)
	@echo "Installing fraudmatch into $(VENV) (once) …"
	@$(PIP) install -e .
	@touch $@

$(VENV)/.test: $(VENV)/.core
	@$(PIP) install -e '.[test,encrypted,postgresql,review,sso]'
	@touch $@

$(VENV)/.check: $(VENV)/.core
	@$(PIP) install -e '.[check]'
	@touch $@

$(VENV)/.bench: $(VENV)/.core
	@$(PIP) install -e '.[bench]'
	@touch $@

## demo: run a night on the sample partnership, from nothing to reports
demo: $(VENV)/.core
	@$(BIN)/fraudmatch demo --out demo

$(VENV)/.browser: $(VENV)/.test
	@$(PIP) install -e '.[browser]'
	@touch $@

LONG = tests/faults tests/server tests/night/test_thirty_nights.py tests/night/test_replay.py \
	$(addprefix tests/desk/test_desk_,killed.py hosts.py next_night.py restricted.py)
CANARY = tests/desk/test_desk_canary.py

## test: what proves that it works, in at most 15 minutes on two cores
test: $(VENV)/.test
	@$(BIN)/python -m pytest -n 2 --dist loadfile $(addprefix --ignore ,$(LONG) $(CANARY) tests/browser)

## long: faults at every point of a night, thirty nights of decisions, past nights made again, a server, 200 partnerships at the desk; half an hour
long: $(VENV)/.test
	@$(BIN)/python -m pytest -n 2 --dist loadfile $(LONG)
	@FRAUDMATCH_CANARIES=200 $(BIN)/python -m pytest -n 2 $(CANARY)

## browser: the review desk in a real Chromium; .ci/browser installs what it needs
browser: $(VENV)/.browser
	@$(BIN)/python -m pytest -n 2 --dist loadfile tests/browser

GOVUK = fraudmatch/review/static/govuk

## frontend: fetch the style sheet of GOV.UK Frontend for the desk, without its typeface and crest, which are licensed to GOV.UK alone
frontend:
	@npm ci --prefix fraudmatch/review/frontend --no-audit --no-fund --silent
	@mkdir -p $(GOVUK)
	@sed -e 's/@font-face{[^}]*}//g' -e 's/GDS Transport/system-ui/g' -e 's#url(/assets/[^)]*)#none#g' \
	  fraudmatch/review/frontend/node_modules/govuk-frontend/dist/govuk/govuk-frontend.min.css > $(GOVUK)/govuk-frontend.min.css

## pictures: take the pictures of the guide again
pictures: $(VENV)/.browser
	@FRAUDMATCH_PICTURES=1 $(BIN)/python -m pytest tests/browser/test_pictures.py

## check: style, types, directions of imports, the rule library and its manual
check: $(VENV)/.test $(VENV)/.check
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/fraudmatch rules check
	@$(BIN)/fraudmatch rules test
	@$(BIN)/fraudmatch rules docs --check

.venv-peers/.installed: benchmarks/linkage/requirements.txt
	@$(PYTHON) -m venv .venv-peers
	@echo "Installing the peers into .venv-peers (once) …"
	@.venv-peers/bin/python -m pip --disable-pip-version-check --quiet install -r $<
	@touch $@

## bench: seconds, memory and accuracy, beside the peers; see benchmarks/README.md
bench: $(VENV)/.bench bench-peers
	@$(BIN)/python benchmarks/night.py
	@$(BIN)/python benchmarks/linkage/run.py --job loose --peer splink
	@$(BIN)/python benchmarks/linkage/run.py --job tight --peer splink
	@$(BIN)/python benchmarks/linkage/run.py --job tight --peer recordlinkage
	@$(BIN)/python benchmarks/linkage/run.py --job ten-million

## bench-peers: install what benchmarks/linkage compares with
bench-peers: .venv-peers/.installed

## sample: write sample_data/ again
sample: $(VENV)/.core
	@rm -rf sample_data
	@$(BIN)/fraudmatch sample --people 20000 --seed 1 --out sample_data

## fix: let ruff mend what it can
fix: $(VENV)/.check
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

clean:
	rm -rf $(VENV) demo dist build
