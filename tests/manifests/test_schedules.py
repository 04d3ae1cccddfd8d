"""What an operating system starts, read as commands: crontabs, timers and services."""

from __future__ import annotations

import pytest

from tests.manifests.rows import read
from tierlint.manifests import interpret, read_manifests

# --- Crontabs --------------------------------------------------------------------------------------


CRONTAB = """\
# m h dom mon dow command
MAILTO=harbour@example.org
HARBOUR=/srv/harbour
*/5 * * * * python $HARBOUR/gauges/poll.py >> /var/log/poll.log 2>&1
# 0 3 * * * python commented.py
@daily cd /srv/harbour && python -m harbour.report
@reboot python serve.py
0 6 * JAN-MAR MON-FRI date +\\%F && python stamp.py % ignored
not a line
* * *
"""


def test_crontab() -> None:
    assert read("deploy/crontab", CRONTAB) == [
        ("schedule", 4, "", "python /srv/harbour/gauges/poll.py >> /var/log/poll.log 2>&1"),
        ("schedule", 6, "", "cd /srv/harbour && python -m harbour.report"),
        ("service", 7, "", "python serve.py"),
        ("schedule", 8, "", "date +%F && python stamp.py"),
    ]


@pytest.mark.parametrize(
    ("path", "line", "text"),
    [
        ("cron.d/harbour", "0 1 * * * pilot python x.py", "python x.py"),
        ("etc/cron.d/harbour", "@hourly root /opt/x.sh", "/opt/x.sh"),
        ("crontab", "0 1 * * * pilot python x.py", "python x.py"),
        ("crontab", "0 1 * * * python /srv/x.py", "python /srv/x.py"),
        ("crontab", "0 1 * * * pilotctl x.py", "pilotctl x.py"),
        ("ops/tides.cron", "0 1 * * * bash x.sh", "bash x.sh"),
    ],
)
def test_crontab_user_column(path: str, line: str, text: str) -> None:
    assert [row[3] for row in read(path, f"{line}\n")] == [text]


def test_file_of_another_format_called_crontab() -> None:
    assert read("evals/crontab.jsonl", '{"input": "0 1 * * * python x.py"}\n0 1 * * * python x.py\n') == []


# --- Timers and services ---------------------------------------------------------------------------


def test_systemd_prefixes_and_environment() -> None:
    text = (
        '[Service]\nEnvironment="GAUGE=north" DEEP=1\nWorkingDirectory=-/srv/harbour\n'
        "ExecStartPre=-/usr/bin/python3 pre.py\nExecStart=!@%h/venv/bin/python tides.py ${GAUGE}\n"
        "ExecStop=python stop.py\n[Install]\nWantedBy=default.target\n"
    )
    assert read("tides.service", text) == [
        ("service", 4, "srv/harbour", "/usr/bin/python3 pre.py"),
        ("service", 5, "srv/harbour", "~/venv/bin/python tides.py north"),
    ]
    assert read("tides.service", text.partition("[Install]")[0]) == []
    assert [row[0] for row in read("tides.service", text.replace("[Service]", "[Service]\nType=oneshot"))] == [
        "manual",
        "manual",
    ]


def test_systemd_timer_for_a_unit_of_another_name() -> None:
    text = "[Timer]\nOnBootSec=5min\nUnit=ebb.service\n"
    assert read("units/tides.timer", text) == [("schedule", 2, "", "systemctl start ebb.service")]
    assert read("units/tides.timer", "[Timer]\nUnit=ebb.service\n") == []


def test_supervisord_in_templates_and_other_configurations() -> None:
    text = (
        "{% if tides %}\n[program:tides]\ncommand = %(ENV_PY)s tides.py --at 5%% ; note\ndirectory = /srv/harbour\n"
        "{% endif %}\n[eventlistener:watch]\ncommand = python watch.py\n[supervisorctl]\ncommand = python off.py\n"
    )
    assert read("etc/super.conf.j2", text) == [
        ("service", 3, "srv/harbour", "$PY tides.py --at 5%"),
        ("service", 7, "", "python watch.py"),
    ]
    assert read("etc/nginx.conf", "server {\n  listen 80;\n}\n") == []


def test_a_timer_of_a_template_and_scripts_that_run_every_day() -> None:
    files = {
        "tide.timer": "[Timer]\nOnCalendar=daily\nUnit=sea@ebb.service\n",
        "sea@.service": "[Service]\nExecStart=/usr/bin/python3 ebb.py %i\n",
        "etc/cron.daily/tides": "#!/bin/sh\ncd /srv\npython sea.py\n",
        "etc/cron.often/tides": "#!/bin/sh\npython never.py\n",
    }
    commands, _ = read_manifests(files)
    targets = interpret(commands, files, ["ebb.py", "sea.py", "never.py"])
    assert [(t.name, t.command.when) for t in targets] == [("sea.py", "schedule"), ("ebb.py", "schedule")]
