"""A real browser: what a page draws, what it complains of, and what it asks the network for."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ..backends import REQUIRED

NAMES = ("chromium", "chromium-browser", "google-chrome")
#: Chromium talks to its maker's services at every start: not from here, where no name of a host is ever found.
FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars"),
    *("--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"),
    *("--disable-default-apps", "--disable-extensions", "--host-resolver-rules=MAP * ~NOTFOUND"),
    *("--enable-logging=stderr", "--v=0", "--virtual-time-budget=5000", "--dump-dom"),
)
#: Who asks for what the browser itself wants; a page, a file included, is an origin.
ITSELF = "not an origin"


@dataclass(frozen=True)
class Visit:
    """
    One visit of a page.

    Attributes
    ----------
    dom : str
        The document after its scripts ran.
    console : list of str
        Everything on the browser's console: errors, and what the policy forbade.
    requested : list of str
        Addresses that the page asked the network for.
    told : object
        What the script that was added left in ``told``.
    """

    dom: str
    console: list[str]
    requested: list[str]
    told: Any


def chromium() -> str:
    """Find the browser, or skip the test; fail where FIRE_REF_REQUIRE names it."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        if "chromium" in REQUIRED:
            pytest.fail("chromium is required here (FIRE_REF_REQUIRE) and not on PATH")
        pytest.skip("no chromium on PATH: apt-get install chromium")
    return found


def visit(folder: Path, page: str, script: str = "") -> Visit:
    """
    Open a page from a file, with a script added at its end that may fill the object ``told``.

    Parameters
    ----------
    folder : Path
        Empty; for the page, the profile and the log.
    page : str
        HTML.
    script : str
        JavaScript.
    """
    added = (
        f'<pre id="told"></pre><script>const told = {{}};\n{script}\n'
        'document.getElementById("told").textContent = JSON.stringify(told);</script>\n</body>'
    )
    head, _, tail = page.rpartition("</body>")
    file = folder / "page.html"
    file.write_text(head + added + tail, encoding="utf-8")
    log = folder / "net.json"
    done = subprocess.run(
        [chromium(), *FLAGS, f"--user-data-dir={folder / 'profile'}", f"--log-net-log={log}", file.as_uri()],
        capture_output=True,
        timeout=120,
        check=True,
    )
    dom = done.stdout.decode("utf-8", "replace")
    told = re.search(r'<pre id="told">(.*?)</pre>', dom, re.DOTALL)
    return Visit(
        dom,
        [line for line in done.stderr.decode("utf-8", "replace").splitlines() if ":CONSOLE" in line],
        _requested(json.loads(log.read_text(encoding="utf-8"))),
        json.loads(html.unescape(told[1])) if told and told[1] else None,
    )


def _requested(log: dict[str, Any]) -> list[str]:
    start = log["constants"]["logEventTypes"]["URL_REQUEST_START_JOB"]
    asked = [event["params"] for event in log["events"] if event["type"] == start and "params" in event]
    return [params["url"] for params in asked if "url" in params and params["initiator"] != ITSELF]
