# Every check that a change has to pass.
check *arguments:
    ./scripts/check {{ arguments }}

# Rewrite what is generated: the model table, the documentation, `fixed/` folders and snapshots.
update:
    for generator in scripts/generate_*.py; do uv run python "$generator"; done
    uv run pytest -n auto --update

# What tierlint says of one fixture: `just try frameworks/celery`.
try fixture:
    uv run tierlint calls tests/fixtures/{{ fixture }}
