"""Where things are."""

from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "fire_ref"


def modules() -> dict[str, Path]:
    """Every module of the package: dotted name below fire_ref -> file ("" is the package itself)."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found
