"""Nothing that the package does at run time opens a connection, resolves a name or starts another program."""

import subprocess
import sys

import pytest

GUARD = """
import sys, os
FORBIDDEN = ("socket.connect", "socket.bind", "socket.sendto", "socket.getaddrinfo", "socket.gethostbyname",
             "urllib.Request", "http.client.connect", "subprocess.Popen",
             "os.system", "os.exec", "os.posix_spawn", "webbrowser.open")
def guard(event, arguments):
    if event in FORBIDDEN:
        raise RuntimeError(f"{event} {arguments}")
"""
USED = """
import unjuran as uj, unjuran.cli, unjuran.plan
sys.addaudithook(guard)
malaysia = uj.datasets.malaysia()
series = malaysia[next(iter(malaysia))]
forecast = uj.forecast(series, h=3)
uj.Forecast.from_json(forecast.to_json())
forecast.to_svg()
forecast.plot()
uj.forecast(malaysia.to_frame("pandas"), h=2)
uj.report(malaysia).to_html()
assert unjuran.cli.main(["demo", "--out", "demo.html"]) == 0
print("used")
"""


def run(code, folder):
    return subprocess.run([sys.executable, "-c", GUARD + code], capture_output=True, text=True, cwd=folder, check=False)


def test_forecasts_pictures_reports_and_the_command_line_open_no_connection(tmp_path):
    done = run(USED, tmp_path)
    assert done.stdout.splitlines()[-1:] == ["used"], done.stderr


@pytest.mark.parametrize(
    "code",
    [
        "import socket; socket.create_connection(('127.0.0.1', 9))",
        "import urllib.request; urllib.request.urlopen('http://localhost:9')",
        "import subprocess; subprocess.run(['true'])",
    ],
)
def test_the_guard_stops_what_it_is_there_for(code, tmp_path):
    done = run("sys.addaudithook(guard)\n" + code, tmp_path)
    assert done.returncode != 0
    assert "RuntimeError" in done.stderr
