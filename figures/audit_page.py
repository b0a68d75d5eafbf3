"""
The picture of an audit's page: `python -m figures.audit_page [--out FILE] [CHECKPOINT]`.

Audits a checkpoint (default: the networks that ship with the package), opens the page in a headless Chromium and
keeps what it shows. Needs chromium on the path (Debian: apt-get install chromium).
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import tempfile
from pathlib import Path

import fire_ref

NAMES = ("chromium", "chromium-browser", "google-chrome")
WIDTH, HEIGHT = 1240, 1180


def browser() -> str:
    """
    Find a Chromium.

    Returns
    -------
    str
        Its path.

    Raises
    ------
    FileNotFoundError
        There is none.
    """
    found = next((path for path in map(shutil.which, NAMES) if path), None)
    if found is None:
        raise FileNotFoundError("figures.audit_page: chromium must be installed. Try apt-get install chromium.")
    return found


def draw(page: str, out: Path) -> None:
    """Show a page in a window of fixed size and write what it looks like."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "audit.html"
        source.write_text(page, encoding="utf-8")
        picture = Path(folder) / "audit.png"
        options = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars"]
        options += [f"--user-data-dir={folder}/profile", f"--window-size={WIDTH},{HEIGHT}"]
        command = [browser(), *options, f"--screenshot={picture}", source.as_uri()]
        subprocess.run(command, check=True, capture_output=True, timeout=120)
        shutil.move(picture, out)


def main() -> None:
    """Audit and draw."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoint", nargs="?")
    parser.add_argument("--out", type=Path, default=Path("figures/audit.png"))
    options = parser.parse_args()
    draw(fire_ref.audit(options.checkpoint).to_html(), options.out)
    print(options.out)


if __name__ == "__main__":
    main()
