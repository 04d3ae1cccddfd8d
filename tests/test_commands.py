"""What each command of the shell starts: a table of cases, which needs every entry of commands.toml."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from msgspec.structs import replace

from tierlint.manifests import command_table as tables
from tierlint.manifests import interpret, read_manifests
from tierlint.model import Command, Location, Target

SOURCES = (
    "orchard/__init__.py",
    "orchard/__main__.py",
    "orchard/cellar.py",
    "orchard/press.py",
    "orchard/tasks.py",
    "orchard/web.py",
    "cidery/main.py",
    "cidery/app.py",
    "shop/wsgi.py",
    "shop/stall/board.py",
    "jobs/harvest.py",
    "jobs/bottling.py",
    "pages/tasting.py",
    "flows/cider.py",
    "notebooks/yield.ipynb",
    "notebooks/sugar.ipynb",
    "manage.py",
    "packages/barrel/src/barrel/__main__.py",
    "setup.py",
)
SCRIPT = """#!/usr/bin/env bash
set -euo pipefail
HERE="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
JOB=jobs/harvest.py
PY=${PYTHON:-python3}
echo "python jobs/bottling.py"
# python jobs/bottling.py
$PY "$JOB" --rows "$1"
"""
FILES = {
    "bin/harvest.sh": SCRIPT,
    "bin/own.sh": 'cd "$(dirname "$0")/.."\npython jobs/bottling.py\n',
    "bin/loop.sh": "bash bin/pool.sh\npython jobs/harvest.py\n",
    "bin/pool.sh": "bin/loop.sh\n",
    "compose/picker/start-picking": '#!/bin/bash\npython jobs/harvest.py "$@"\n',
    "docker/entrypoint.sh": '#!/bin/sh\nset -e\nexec "$@"\n',
    "Makefile": (
        "PYTHON ?= python3\n"
        ".PHONY: press\n"
        "press: fetch\n"
        "\t@$(PYTHON) -m orchard.press $(ARGS)\n"
        "fetch:\n"
        "\tcd jobs && $(PYTHON) bottling.py\n"
        "round:\n"
        "\tbash bin/around.sh\n"
    ),
    "bin/around.sh": "make round\npython jobs/harvest.py\n",
    "shop/Makefile": "stall:\n\tpython stall/board.py\n",
    "justfile": "default: cork\n\ncork bottles='12':\n    python jobs/bottling.py --bottles {{bottles}}\n",
    "pyproject.toml": (
        '[project.scripts]\nciderctl = "orchard.press:main"\n'
        '[tool.poe.tasks]\npick = "python jobs/harvest.py"\n'
        'press = { script = "orchard.press:main(verbose=True)" }\n'
        'season = ["pick", "press"]\n'
        '[tool.hatch.envs.field.scripts]\nweigh = "python jobs/bottling.py --weigh"\n'
    ),
    "Taskfile.yml": (
        "version: '3'\nvars: {DIR: jobs}\ntasks:\n  bottle:\n    deps: [pick]\n    cmd: python {{.DIR}}/bottling.py\n"
        "  pick: {dir: jobs, cmds: [python harvest.py]}\n  default:\n    cmds: [{task: pick}]\n"
    ),
    "package.json": (
        '{"scripts": {"prepress": "python jobs/harvest.py", "press": "python -m orchard.press", '
        '"vineyard": "python vineyard.py"}}'
    ),
    "tox.ini": (
        "[tox]\nenvlist = pick\n[testenv]\ncommands = python jobs/harvest.py {posargs}\n"
        "[testenv:cork]\ncommands =\n    python -V\n    - {envpython} jobs/bottling.py\n"
    ),
    "noxfile.py": (
        "import nox\n\nnox.options.sessions = ['cork']\n\n\n@nox.session(name='pick')\ndef picking(s):\n"
        "    s.run('python', 'jobs/harvest.py', *s.posargs)\n\n\n@nox.session\ndef cork(s):\n"
        "    s.chdir('jobs')\n    s.run('python', 'bottling.py')\n"
    ),
    ".pre-commit-config.yaml": (
        "repos:\n  - repo: local\n    hooks:\n      - {id: pick, entry: python jobs/harvest.py, args: [--dry]}\n"
        "  - repo: https://example.org/hooks\n    hooks:\n      - {id: cork, entry: python jobs/bottling.py}\n"
    ),
    "dvc.yaml": (
        "stages:\n  pick:\n    wdir: jobs\n    cmd: [python harvest.py, python bottling.py]\n"
        "  each:\n    foreach: [a, b]\n    do: {cmd: 'python flows/cider.py ${item}'}\n"
    ),
    "ops/pick.service": "[Service]\nExecStart=/srv/venv/bin/python /srv/jobs/harvest.py\n",
    "infra/pick.tf": (
        'resource "aws_lambda_function" "pick" {\n  handler = "jobs/harvest.run"\n}\n'
        'resource "aws_lambda_function" "cork" {\n  handler = "jobs/cork.run"\n}\n'
    ),
    "Pipfile": '[scripts]\nweigh = "python jobs/bottling.py --weigh"\n',
    "actions/crush/Dockerfile": 'FROM python:3.13\nCOPY flows/cider.py /\nENTRYPOINT ["python", "/cider.py"]\n',
    "actions/brew/action.yml": (
        "runs:\n  using: composite\n  steps:\n    - run: python flows/cider.py\n      shell: bash\n"
    ),
}

Start = tuple[str, str, tuple[str, ...]]
Expected = tuple[Start, ...]


def script(name: str, *arguments: str) -> Start:
    return "script", name, arguments


def function(name: str, *arguments: str) -> Start:
    return "function", name, arguments


def notebook(name: str, *arguments: str) -> Start:
    return "notebook", name, arguments


def worker(name: str, *arguments: str) -> Start:
    return "worker", name, arguments


HARVEST = script("jobs/harvest.py")
BOTTLING = script("jobs/bottling.py")
PRESS = ("module", "orchard.press", ())
WEB = function("orchard.web:app")
NOTEBOOK = notebook("notebooks/yield.ipynb")
WORKER = worker("orchard.cellar", "worker")

CASES: list[tuple[str, Expected]] = [
    # What stands before a command, and runs it later, watched or elsewhere
    ("opentelemetry-instrument --traces_exporter otlp python jobs/harvest.py", (HARVEST,)),
    ("opentelemetry-instrument uvicorn orchard.web:app", (WEB,)),
    ("logfire run jobs/harvest.py", (HARVEST,)),
    ("scalene run -o out.html -m orchard.press", (PRESS,)),
    ("py-spy record -o out.svg -- python jobs/harvest.py", (HARVEST,)),
    ("dotenvx run -- python jobs/harvest.py", (HARVEST,)),
    ("nix-shell --run 'python jobs/harvest.py'", (HARVEST,)),
    ("nix develop -c python jobs/harvest.py", (HARVEST,)),
    ("nix build .#cider", ()),
    ("devbox run python jobs/harvest.py", (HARVEST,)),
    ("strace -f -o out python jobs/harvest.py", (HARVEST,)),
    ("sg docker -c 'python jobs/harvest.py'", (HARVEST,)),
    ("op run --env-file .env -- python jobs/harvest.py", (HARVEST,)),
    ("direnv exec . python jobs/harvest.py", (HARVEST,)),
    ("direnv allow .", ()),
    ("doppler run --config field --command 'python jobs/harvest.py'", (HARVEST,)),
    ("hatch run field:python jobs/harvest.py", (HARVEST,)),
    ("hatch env run -e field python jobs/harvest.py", (HARVEST,)),
    ("python ./orchard", (script("orchard/__main__.py"),)),
    ("gcloud run jobs deploy pick --image x --command python --args jobs/harvest.py,--rows,5", (
        script("jobs/harvest.py", "--rows", "5"),
    )),
    ("gcloud run jobs list", ()),
    ("gcloud functions deploy app --source orchard --trigger-http", ()),
    (
        "gcloud functions deploy run --source cidery --trigger-http",
        (function("main:run", "--source", "cidery", "--trigger-http"),),
    ),
    (
        "gcloud functions deploy x --source cidery --trigger-topic y --entry-point press",
        (function("main:press", "--source", "cidery", "--trigger-topic", "y", "--entry-point", "press"),),
    ),
    ("gcloud functions delete run", ()),
    # More servers, and the tasks of a tasks.py
    ("quart --app orchard.web run --port 80", (function("orchard.web:app", "run", "--port", "80"),)),
    ("quart routes", ()),
    ("serve run orchard.web:app", (WEB,)),
    ("adev runserver --app-factory make orchard/web.py", (function("orchard.web:make"),)),
    ("python -m aiohttp.web -H localhost -P 8080 orchard.web:make", (function("orchard.web:make"),)),
    ("mod_wsgi-express start-server shop/wsgi.py", (function("shop.wsgi:application"),)),
    ("bjoern orchard.web:app", (WEB,)),
    ("invoke press-apples --rows 5", (("management", "press-apples", ("--rows", "5")),)),
    ("python -m nbconvert --execute notebooks/yield.ipynb", (NOTEBOOK,)),
    # Python
    ("python jobs/harvest.py", (HARVEST,)),
    ("python3.11 -u -W ignore jobs/harvest.py --rows 5", (script("jobs/harvest.py", "--rows", "5"),)),
    ("/usr/local/bin/python3 ./jobs/harvest.py", (HARVEST,)),
    (".venv/bin/python jobs/harvest.py", (HARVEST,)),
    ("$PYTHON jobs/harvest.py", (HARVEST,)),
    ("./jobs/harvest.py now", (script("jobs/harvest.py", "now"),)),
    ("python /app/jobs/harvest.py", (HARVEST,)),
    ("python /usr/src/app/jobs/harvest.py", (HARVEST,)),
    ("python harvest.py", (HARVEST,)),
    ("python $ORCHARD_HOME/jobs/harvest.py", (HARVEST,)),
    ("python ${{ github.workspace }}/jobs/harvest.py", (HARVEST,)),
    ("python jobs/pruning.py", ()),
    ("python /usr/lib/python3/harvest.py", ()),
    ("python -c 'print(1)'", ()),
    ("python", ()),
    ("python -m orchard.press", (PRESS,)),
    ("python -Im orchard.press --litres 9", (("module", "orchard.press", ("--litres", "9")),)),
    ("python -m orchard", (("module", "orchard", ()),)),
    ("python -m barrel", (("module", "barrel", ()),)),
    ("python -m harvest", ()),
    ("python -m pytest tests", ()),
    ("python -m pip install -r requirements.txt", ()),
    (
        "python -c 'from orchard.press import main; main()'",
        (function("orchard.press:main"),),
    ),
    (
        'python -c "import asyncio, orchard.press; asyncio.run(orchard.press.squeeze())"',
        (function("orchard.press:squeeze"),),
    ),
    ("python - <<'EOF'\nfrom orchard import press\npress.main()\nEOF", (function("orchard.press:main"),)),
    ("cat <<EOF > notes.txt\npython jobs/harvest.py\nEOF", ()),
    ("bash <<EOF\npython jobs/harvest.py\nEOF", (HARVEST,)),
    ("bash <<< 'python jobs/harvest.py'", (HARVEST,)),
    ("cat <<< 'python jobs/harvest.py'", ()),
    ("python - < jobs/harvest.py > notes.txt", (HARVEST,)),
    ("python jobs/bottling.py < jobs/harvest.py", (BOTTLING,)),
    ("psql < jobs/harvest.py", ()),
    ("python -m cProfile -o out.prof jobs/harvest.py", (HARVEST,)),
    ("python -m debugpy --listen 5678 -m orchard.press", (PRESS,)),
    ("coverage run --source orchard -m orchard.press", (PRESS,)),
    ("torchrun --nnodes 2 jobs/harvest.py", (HARVEST,)),
    ("torchrun --standalone --nproc-per-node 4 -m orchard.press", (PRESS,)),
    ("srun -N 2 python jobs/harvest.py", (HARVEST,)),
    ("mpirun -np 4 python jobs/harvest.py", (HARVEST,)),
    ("sbatch bin/harvest.sh 7", (script("jobs/harvest.py", "--rows", "7"),)),
    ("sbatch --wrap='python jobs/harvest.py'", (HARVEST,)),
    ("spark-submit --master yarn jobs/harvest.py", (HARVEST,)),
    ("systemd-run --on-calendar daily python jobs/harvest.py", (HARVEST,)),
    ("ray job submit --address x -- python jobs/harvest.py", (HARVEST,)),
    ("ray status", ()),
    ("pyenv exec python jobs/harvest.py", (HARVEST,)),
    ("script -q -c 'python jobs/harvest.py' /dev/null", (HARVEST,)),
    ("flyctl ssh console -a x -C 'python jobs/harvest.py'", (HARVEST,)),
    ("singularity exec --bind /a img.sif python jobs/harvest.py", (HARVEST,)),
    ("railway run python jobs/harvest.py", (HARVEST,)),
    ("s6-setuidgid picker python jobs/harvest.py", (HARVEST,)),
    ("accelerate launch --config_file a.yaml jobs/harvest.py", (HARVEST,)),
    # The shell
    ("echo 'python jobs/harvest.py'", ()),
    ("echo python jobs/harvest.py", ()),
    ("grep -q x y || python jobs/harvest.py; python jobs/bottling.py", (HARVEST, BOTTLING)),
    ("echo a && python jobs/harvest.py | tee log.txt 2>&1", (HARVEST,)),
    ("python jobs/harvest.py >> /var/log/harvest.log 2>&1 &", (HARVEST,)),
    ("SEASON=fall python jobs/harvest.py", (HARVEST,)),
    ("export JOB=jobs/harvest.py; python $JOB", (HARVEST,)),
    ("export FLASK_APP=orchard.web && flask run", (function("orchard.web:app", "run"),)),
    ("(JOB=jobs/harvest.py; python $JOB)", (HARVEST,)),
    ("FLASK_APP=orchard.web; flask run", ()),
    ("JOB=jobs/harvest.py; python $JOB", (HARVEST,)),
    ("cd jobs && python harvest.py", (HARVEST,)),
    ("(cd shop && python stall/board.py); python jobs/harvest.py", (script("shop/stall/board.py"), HARVEST)),
    ("if [ -f go ]; then python jobs/harvest.py; fi", (HARVEST,)),
    ("for f in a b; do python jobs/harvest.py $f; done", (script("jobs/harvest.py", "$f"),)),
    ("apples=$(python jobs/harvest.py)", (HARVEST,)),
    ("echo `python jobs/harvest.py`", (HARVEST,)),
    ("echo '$(python jobs/harvest.py)'", ()),
    ("args=(\n  jobs/harvest.py\n  jobs/bottling.py\n)", ()),
    ("bash -lc 'cd jobs && python harvest.py'", (HARVEST,)),
    ("sh -euxc \"python jobs/harvest.py\"", (HARVEST,)),
    ("su picker -c 'python jobs/harvest.py'", (HARVEST,)),
    ("exec python jobs/harvest.py", (HARVEST,)),
    ("time -p python jobs/harvest.py", (HARVEST,)),
    ("command -v python", ()),
    ("python jobs/harvest.py # python jobs/bottling.py", (HARVEST,)),
    ("python \\\n  jobs/harvest.py \\\n  --rows 3", (script("jobs/harvest.py", "--rows", "3"),)),
    # What stands before a command
    ("uv run --with rich python jobs/harvest.py", (HARVEST,)),
    ("uv run jobs/harvest.py", (HARVEST,)),
    ("uv run -m orchard.press", (PRESS,)),
    ("uv run --directory jobs harvest.py", (HARVEST,)),
    ("uv sync", ()),
    ("uvx --from . ciderctl press", (function("orchard.press:main", "press"),)),
    ("uv tool run --from . ciderctl", (function("orchard.press:main"),)),
    ("poetry run python jobs/harvest.py", (HARVEST,)),
    ("poetry -C shop run python stall/board.py", (script("shop/stall/board.py"),)),
    ("conda run -n cider python jobs/harvest.py", (HARVEST,)),
    ("doppler run -p x -- python jobs/harvest.py", (HARVEST,)),
    ("nohup python jobs/harvest.py", (HARVEST,)),
    ("env -u HOME SEASON=fall python jobs/harvest.py", (HARVEST,)),
    ("sudo -u picker -E python jobs/harvest.py", (HARVEST,)),
    ("nice -n 10 python jobs/harvest.py", (HARVEST,)),
    ("timeout -k 5 300 python jobs/harvest.py", (HARVEST,)),
    ("flock -n /tmp/harvest.lock python jobs/harvest.py", (HARVEST,)),
    ("ls trees | xargs -n 1 python jobs/harvest.py", (HARVEST,)),
    ("find trees -name '*.txt' -exec python jobs/harvest.py {} \\;", (script("jobs/harvest.py", "{}", ";"),)),
    ("find trees -name harvest.py", ()),
    ("cronitor exec k3y python jobs/harvest.py", (HARVEST,)),
    ("watch -n 60 'python jobs/harvest.py'", (HARVEST,)),
    ("watchfiles 'python jobs/harvest.py' orchard", (HARVEST,)),
    ("watchmedo auto-restart -d . -- python jobs/harvest.py", (HARVEST,)),
    ("watchmedo shell-command --command='python jobs/harvest.py' .", (HARVEST,)),
    ("nodemon --exec 'python jobs/harvest.py' --ext py", (HARVEST,)),
    ("concurrently 'npm run dev' 'python jobs/harvest.py'", (HARVEST,)),
    ("tmux new-session -d -s pick 'python jobs/harvest.py'", (HARVEST,)),
    ("ssh -p 22 farm 'cd jobs && python harvest.py'", (HARVEST,)),
    ("/image/web-entrypoint.sh python jobs/harvest.py", (HARVEST,)),
    ("docker run --rm -e SEASON=fall cider:1 python jobs/harvest.py", (HARVEST,)),
    ("docker compose -f c.yml run --rm web python jobs/harvest.py", (HARVEST,)),
    ("docker-compose exec web python jobs/harvest.py", (HARVEST,)),
    ("docker build .", ()),
    # Scripts and recipes
    ("bash bin/harvest.sh 7", (script("jobs/harvest.py", "--rows", "7"),)),
    ("./bin/harvest.sh 7", (script("jobs/harvest.py", "--rows", "7"),)),
    ("source bin/harvest.sh 7", (script("jobs/harvest.py", "--rows", "7"),)),
    ("/srv/cider/bin/own.sh", (BOTTLING,)),
    ("bin/loop.sh", (HARVEST,)),
    ("bin/absent.sh", ()),
    ("/start-picking 4", (script("jobs/harvest.py", "4"),)),
    ("docker/entrypoint.sh python jobs/harvest.py 'a b'", (script("jobs/harvest.py", "a b"),)),
    ("make", (BOTTLING, ("module", "orchard.press", ("$ARGS",)))),
    ("make press ARGS=--dry", (BOTTLING, ("module", "orchard.press", ("--dry",)))),
    ("make -C shop stall", (script("shop/stall/board.py"),)),
    ("make round", (HARVEST,)),
    ("make compost", ()),
    ("just cork", (script("jobs/bottling.py", "--bottles", "$bottles"),)),
    ("just", (script("jobs/bottling.py", "--bottles", "$bottles"),)),
    ("poe pick", (HARVEST,)),
    ("poe season", (HARVEST, function("orchard.press:main"))),
    ("poe compost", ()),
    ("hatch run field:weigh", (script("jobs/bottling.py", "--weigh"),)),
    ("uses ./actions/brew", (script("flows/cider.py"),)),
    ("dockerfile actions/crush/Dockerfile", (script("flows/cider.py"),)),
    ("dockerfile actions/brew/Dockerfile", ()),
    ("task bottle", (HARVEST, BOTTLING)),
    ("task", (HARVEST,)),
    ("task compost", ()),
    ("npm run press", (HARVEST, PRESS)),
    ("yarn press", (HARVEST, PRESS)),
    ("npm run compost", ()),
    ("npx run-p vineyard press", (HARVEST, PRESS)),
    ("run-s press", (HARVEST, PRESS)),
    ("npx cross-env SEASON=fall python jobs/harvest.py", (HARVEST,)),
    ("npm --prefix web ci", ()),
    ("tox", (HARVEST,)),
    ("tox run -e pick,cork", (HARVEST, BOTTLING)),
    ("tox -e compost", ()),
    ("nox", (BOTTLING,)),
    ("nox -s pick cork", (script("jobs/harvest.py", "$posargs"), BOTTLING)),
    ("python -m nox --session=pick", (script("jobs/harvest.py", "$posargs"),)),
    ("pre-commit run --all-files", (script("jobs/harvest.py", "--dry"),)),
    ("pre-commit run cork", ()),
    ("dvc repro pick", (HARVEST, BOTTLING)),
    ("dvc exp run", (HARVEST, BOTTLING, script("flows/cider.py", "${item}"))),
    ("dvc pull", ()),
    ("sudo systemctl start pick.service", (HARVEST,)),
    ("systemctl restart pick", (HARVEST,)),
    ("systemctl status pick", ()),
    ("terraform aws_lambda_function.pick", (function("jobs.harvest:run"),)),
    ("terraform aws_lambda_function.cork", ()),
    ("terraform apply", ()),
    ("pipenv run weigh", (script("jobs/bottling.py", "--weigh"),)),
    ("ciderctl sync --all", (function("orchard.press:main", "sync", "--all"),)),
    (".venv/bin/ciderctl", (function("orchard.press:main"),)),
    ("perryctl sync", ()),
    # Web servers
    ("uvicorn --host 0.0.0.0 orchard.web:app", (WEB,)),
    ("uvicorn --factory orchard.web:create", (function("orchard.web:create"),)),
    ("uvicorn vineyard.web:app", ()),
    ("python -m uvicorn orchard.web:app --port 80", (function("orchard.web:app", "--port", "80"),)),
    ("hypercorn --unknown 3 orchard/web:app", (WEB,)),
    ("gunicorn -k uvicorn.workers.UvicornWorker 'orchard.web:create()'", (function("orchard.web:create"),)),
    ("gunicorn shop.wsgi", (function("shop.wsgi:application"),)),
    ("gunicorn --chdir shop wsgi:site", (function("wsgi:site"),)),
    ("uwsgi --http :80 --wsgi-file shop/wsgi.py --callable site", (
        function("shop.wsgi:site", "--http", ":80", "--callable", "site"),
    )),
    ("waitress-serve --listen *:80 --call orchard.web:create", (function("orchard.web:create"),)),
    ("functions-framework --source flows/cider.py --target pour", (
        function("flows.cider:pour", "--target", "pour"),
    )),
    ("sanic orchard.web.app", (WEB,)),
    ("fastapi run cidery/main.py --app site", (function("cidery.main:site", "--app", "site"),)),
    ("cd cidery && fastapi dev", (function("main:app", "dev"),)),
    ("flask --app orchard.web run", (function("orchard.web:app", "run"),)),
    ("FLASK_APP=orchard.web:create flask run", (function("orchard.web:create", "run"),)),
    ("cd cidery && flask run", (function("app:app", "run"),)),
    ("flask --app orchard.web routes", ()),
    ("flask --app orchard.web send-notes --all", (("management", "send-notes", ("--all",)),)),
    ("litestar --app orchard.web:app run", (function("orchard.web:app", "run"),)),
    ("handler jobs/harvest.py:run", (function("jobs.harvest:run"),)),
    ("handler harvest.py:run", ()),
    ("packed-handler harvest.py:run", (function("jobs.harvest:run"),)),
    ("packed-handler absent.py:run", ()),
    ("granian --interface asgi orchard.web:app", (WEB,)),
    ("daphne -b 0.0.0.0 orchard.web:app", (WEB,)),
    # Pages
    ("streamlit run pages/tasting.py --server.port 80", (script("pages/tasting.py", "--server.port", "80"),)),
    ("streamlit run pages/absent.py", ()),
    ("gradio pages/tasting.py", (script("pages/tasting.py"),)),
    ("mcp run pages/tasting.py", (script("pages/tasting.py"),)),
    # Queues
    ("celery -A orchard.cellar worker", (WORKER,)),
    ("celery -A orchard.cellar.queue worker", (WORKER,)),
    ("python -m celery --app=orchard.cellar:queue worker", (WORKER,)),
    ("celery -A orchard.cellar beat", (worker("orchard.cellar", "beat"),)),
    ("celery -A orchard.cellar inspect ping", ()),
    ("celery -A vineyard worker", ()),
    ("celery -A orchard.cellar call orchard.tasks.prune", (function("orchard.tasks:prune"),)),
    ("faust -A orchard.cellar worker", (WORKER,)),
    ("procrastinate --app=orchard.cellar.queue worker", (WORKER,)),
    ("rq worker high", (worker("", "worker", "high"),)),
    ("dramatiq orchard.cellar orchard.tasks", (
        worker("orchard.cellar", "orchard.tasks"),
        worker("orchard.tasks"),
    )),
    ("arq orchard.cellar.Settings", (worker("orchard.cellar"),)),
    ("huey_consumer.py orchard.cellar.queue -k thread", (worker("orchard.cellar", "-k", "thread"),)),
    ("taskiq worker orchard.cellar:broker", (worker("orchard.cellar"),)),
    # Django
    ("python manage.py graft --depth 2", (("management", "graft", ("--depth", "2")),)),
    ("python manage.py runserver", (("management", "runserver", ()),)),
    ("django-admin graft --settings shop", (("management", "graft", ("--settings", "shop")),)),
    ("python vineyard/manage.py graft", ()),
    ("python setup.py sdist", (script("setup.py", "sdist"),)),
    # Notebooks
    ("jupyter nbconvert --to html --execute notebooks/yield.ipynb", (NOTEBOOK,)),
    ("jupyter nbconvert --to html notebooks/yield.ipynb", ()),
    ("jupyter-nbconvert --execute notebooks/yield.ipynb", (NOTEBOOK,)),
    ("jupyter execute notebooks/yield.ipynb notebooks/sugar.ipynb", (
        notebook("notebooks/yield.ipynb", "notebooks/sugar.ipynb"),
        notebook("notebooks/sugar.ipynb"),
    )),
    ("papermill -p y 2031 notebooks/yield.ipynb o.ipynb", (notebook("notebooks/yield.ipynb", "o.ipynb"),)),
    ("papermill notebooks/absent.ipynb out.ipynb", ()),
    # Flows and remote functions
    ("modal run flows/cider.py::ferment --days 3", (function("flows.cider:ferment", "--days", "3"),)),
    ("modal run flows/cider.py --days 3", (script("flows/cider.py", "--days", "3"),)),
    ("modal deploy flows/cider.py", (worker("flows.cider"),)),
    ("prefect deploy flows/cider.py:ferment --name x", (function("flows.cider:ferment", "--name", "x"),)),
    ("dagster dev -f flows/cider.py", (worker("flows.cider", "dev"),)),
    ("airflow scheduler", (worker("", "scheduler"),)),
    ("luigi --module flows.cider Ferment", (worker("flows.cider", "Ferment"),)),
]  # fmt: skip


def command(text: str, when: str = "schedule", directory: str = "") -> Command:
    return Command(text, when, Location("cron.d/cider", 1, 1, 1, 2), directory)


def started(text: str, when: str = "schedule", directory: str = "") -> tuple[Target, ...]:
    definitions, problems = read_manifests({"pyproject.toml": FILES["pyproject.toml"]})
    assert not problems
    ours = command(text, when, directory)
    targets = interpret([ours, *definitions], FILES, SOURCES)
    return tuple(target for target in targets if target.command.at == ours.at)


def plain(targets: tuple[Target, ...]) -> Expected:
    return tuple((target.kind, target.name, target.arguments) for target in targets)


@pytest.mark.parametrize(("text", "expected"), CASES, ids=[text for text, _ in CASES])
def test_command(text: str, expected: Expected) -> None:
    assert plain(started(text)) == expected


def entries() -> Iterator[tuple[str, int]]:
    table = tables.command_table()
    for group in ("wrapper", "program", "follower"):
        for index in range(len(getattr(table, group))):
            yield group, index


@pytest.mark.parametrize(("group", "index"), list(entries()))
def test_every_entry_of_the_table_is_needed_by_a_case(group: str, index: int, monkeypatch: pytest.MonkeyPatch) -> None:
    table = tables.command_table()
    kept = tuple(entry for number, entry in enumerate(getattr(table, group)) if number != index)
    names = [name.strip("*$") for name in getattr(table, group)[index].names]
    likely = [case for case in CASES if any(name in case[0] for name in names)] + CASES
    monkeypatch.setattr(tables, "command_table", lambda: replace(table, **{group: kept}))
    tables.entries_for.cache_clear()
    try:
        assert any(plain(started(text)) != expected for text, expected in likely)
    finally:
        monkeypatch.undo()
        tables.entries_for.cache_clear()


def test_a_target_keeps_when_and_where_of_its_command() -> None:
    (target,) = started("bash bin/harvest.sh 7")
    assert target.command == command("bash bin/harvest.sh 7")


@pytest.mark.parametrize(
    ("text", "when"),
    [
        ("uvicorn orchard.web:app", "request"),
        ("make serve", "request"),
        ("python manage.py runserver", "service"),
        ("celery -A orchard.cellar worker", "service"),
        ("python jobs/harvest.py", "manual"),
    ],
)
def test_what_keeps_running_does_so_whoever_starts_it(text: str, when: str) -> None:
    files = {"Makefile": "serve:\n\tuvicorn orchard.web:app\n"}
    (target,) = interpret([command(text, "manual")], files, SOURCES)
    assert target.command.when == when
    assert target.command.at == command(text).at


def test_a_management_command_keeps_its_schedule() -> None:
    assert started("python manage.py graft")[0].command.when == "schedule"


@pytest.mark.parametrize(
    ("text", "directory", "expected", "where"),
    [
        ("python stall/board.py", "shop", "shop/stall/board.py", "shop"),
        ("python jobs/harvest.py", "shop", "jobs/harvest.py", "shop"),
        ("cd shop; python stall/board.py", "", "shop/stall/board.py", "shop"),
        ("cd /app/shop && python stall/board.py", "", "shop/stall/board.py", "shop"),
        ("python -m stall.board", "shop", "stall.board", "shop"),
        ("python -m stall.board", "", "stall.board", "shop"),
        ("uvicorn wsgi:site", "deploy/image", "wsgi:site", "shop"),
        ("python -m barrel", "", "barrel", "packages/barrel/src"),
        ("python -m orchard.press", "orchard", "orchard.press", ""),
    ],
)
def test_directory_from_which_the_code_is_found(text: str, directory: str, expected: str, where: str) -> None:
    (target,) = started(text, directory=directory)
    assert (target.name, target.command.directory) == (expected, where)


def test_a_suffix_that_two_files_have_means_neither() -> None:
    sources = ("north/main.py", "south/main.py")
    assert not interpret([command("python main.py"), command("uvicorn main:app")], {}, sources)
    (target,) = interpret([command("python main.py", directory="south")], {}, sources)
    assert target.name == "south/main.py"


def test_a_console_script_of_the_project_is_known_by_its_name() -> None:
    files = {"setup.cfg": "[options.entry_points]\nconsole_scripts =\n  perry = orchard.press:main\n"}
    definitions, _ = read_manifests(files)
    targets = interpret([*definitions, command("perry sync")], files, SOURCES)
    assert [(t.name, t.arguments, t.command.when) for t in targets] == [
        ("orchard.press:main", (), "manual"),
        ("orchard.press:main", ("sync",), "schedule"),
    ]


def test_a_script_that_a_schedule_runs_is_not_also_started_by_hand() -> None:
    files = {
        "bin/nightly.sh": "bin/step.sh\n",
        "bin/step.sh": "python jobs/harvest.py\n",
        "bin/alone.sh": "python jobs/bottling.py\n",
        "cron.d/cider": "5 4 * * * picker bin/nightly.sh\n",
    }
    commands, _ = read_manifests(files)
    targets = interpret(commands, files, SOURCES)
    assert [(t.name, t.command.when, t.command.at.path) for t in targets] == [
        ("jobs/harvest.py", "schedule", "cron.d/cider"),
        ("jobs/bottling.py", "manual", "bin/alone.sh"),
    ]


def test_scripts_that_only_run_each_other_count_once() -> None:
    files = {"a.sh": "./b.sh\n", "b.sh": "./a.sh\npython jobs/harvest.py\n"}
    commands, _ = read_manifests(files)
    targets = interpret(commands, files, SOURCES)
    assert {(t.name, t.command.when) for t in targets} == {("jobs/harvest.py", "manual")}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "'",
        '"$(',
        "cd",
        "sudo " * 3000 + "x",
        "$((" * 500,
        "((((",
        "python -m",
        "<<EOF",
        "a=(",
        "env",
    ],
)
def test_odd_text_starts_nothing(text: str) -> None:
    assert not started(text)


def test_an_unknown_field_in_the_table_is_an_error() -> None:
    import msgspec

    with pytest.raises(msgspec.ValidationError, match="nmes"):
        msgspec.toml.decode(b'foreign=[]\nprogram=[]\nfollower=[]\n[[wrapper]]\nnmes=["x"]', type=tables.CommandTable)
