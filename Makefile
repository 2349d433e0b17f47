# `make demo` runs a demonstration, `make test` guards the project; both set .venv up by themselves.

PYTHON ?= python3
PORT ?= 8000
export PORT

RUN := .venv/bin/python -m
PYTHON_VERSION := $(shell $(PYTHON) -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null)
# One empty file says that .venv is exactly this lock on this Python: while it is there, nothing is installed.
STAMP := .venv/lock-$(firstword $(shell cksum requirements.lock))-$(PYTHON_VERSION)
TRANSLATIONS := $(patsubst %.po,%.mo,$(wildcard */translations/*/LC_MESSAGES/messages.po))

.PHONY: help demo test bench campaign-jobs pictures env lock python port chromium
.NOTPARALLEL:

help:
	@echo "make demo               a demonstration on http://127.0.0.1:8000 (PORT=8001 for another port)"
	@echo "make test               everything that guards the project"
	@echo "make bench [NAME=name]  the benchmarks, or one of them"
	@echo "make campaign-jobs      workers killed at random moments: nothing lost, nothing done twice"
	@echo "make pictures           the pictures of the README"
	@echo "make lock               requirements.lock from pyproject.toml"

demo: python port env
	@$(RUN) demo

test: env chromium
	$(RUN) ruff check .
	$(RUN) ruff format --check .
	$(RUN) mypy
	.venv/bin/lint-imports --no-logo
	$(RUN) djlint . --lint --quiet
	$(RUN) pytest -n auto --maxprocesses 4 --dist loadgroup

bench: env
	@$(RUN) bench $(NAME)

campaign-jobs: env
	@$(RUN) tests.support.campaign_jobs

pictures: env chromium
	@$(RUN) tests.support.pictures

env: python $(STAMP) $(TRANSLATIONS)

lock: env
	$(RUN) uv pip compile pyproject.toml --extra dev --universal --generate-hashes --no-emit-index-url \
		--custom-compile-command "make lock" --quiet -o requirements.lock

python:
	@command -v $(PYTHON) >/dev/null || { echo "Jetekshi needs Python 3.11 or newer, and $(PYTHON) is not on this\
	 machine: install it, or name another with PYTHON=." >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Jetekshi needs Python 3.11 or newer,\
	 and $(PYTHON) is $(PYTHON_VERSION): install a newer one, or name it with PYTHON=." >&2; exit 1; }

port:
	@$(PYTHON) -c 'import os; int(os.environ["PORT"]) in range(1, 65536) or exit(1)' 2>/dev/null \
	|| { echo "PORT must be a number from 1 to 65535, not \"$$PORT\"." >&2; exit 1; }
	@$(PYTHON) -c 'import os, socket; s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1);\
	 s.bind(("127.0.0.1", int(os.environ["PORT"])))' 2>/dev/null \
	|| { echo "Port $$PORT is in use: stop what listens there, or choose another: make demo PORT=8001" >&2; exit 1; }

$(STAMP): | python
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "Python's venv module is missing here: install it\
	 (Debian and Ubuntu: apt-get install python3-venv) and run make again." >&2; exit 1; }
	@echo "Setting .venv up from requirements.lock: about half a minute, this first time only."
	@mkdir -p .venv && rm -f .venv/lock-*
	@{ $(PYTHON) -m venv .venv \
	&& sed -n '/^uv==/,/# via/p' requirements.lock > .venv/uv.txt \
	&& $(RUN) pip install --require-hashes --no-deps --retries 2 -r .venv/uv.txt \
	&& $(RUN) uv pip sync --python .venv/bin/python --require-hashes requirements.lock; } > .venv/set-up.log 2>&1 \
	|| { echo "The packages of requirements.lock could not be installed: check the network and run make again;\
	 what pip or uv said is in .venv/set-up.log." >&2; exit 1; }
	@touch $@

$(TRANSLATIONS): %.mo: %.po | $(STAMP)
	@$(RUN) babel.messages.frontend -q compile -i $< -o $@

chromium: env
	@$(RUN) tests.support.browser
