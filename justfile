# Every check that a change has to pass.
check *arguments:
    ./scripts/check {{ arguments }}

# Rewrite what is generated: the model table, the documentation, `fixed/` folders and snapshots.
update:
    for generator in scripts/generate_*.py; do uv run python "$generator"; done
    uv run pytest -n auto --update

# The environments that tests of wrapper packages need: all of them, or `just wrappers litellm dspy`.
wrappers *packages="--all":
    uv run python scripts/wrapper_environments.py {{ packages }}

# Begin a table and a fixture for a package: `just new-sdk acme_llm Gateway ask`.
new-sdk package class method:
    uv run python scripts/scaffold_sdk.py {{ package }} {{ class }} {{ method }}

# What tierlint says of one fixture: `just try frameworks/celery`.
try fixture:
    uv run tierlint calls tests/fixtures/{{ fixture }}
