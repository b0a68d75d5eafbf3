"""Each module has its mirrored test, and the other way round."""

from __future__ import annotations

from .paths import ROOT, modules

#: Tests that mirror no module: they cut across several.
ACROSS = {"test_transformations", "conformance/test_false_positives", "theory/test_witnesses"}
#: Modules that hold no behaviour of their own.
PLAIN = {
    "",
    "tradeoff",
    "chunked",
    "fastpolar",
    "iterating",
    "checkpoints",
    "models",
    "streaming",
    "streaming.request",
    "audits",
    "conformance",
    "conformance.diagnosis",
    "conformance.diagnosis.codes",
    "conformance.known",
    "conformance.states",
    "conformance.targets",
    "conformance.targets.outcome",
    "theory",
    "certificates",
    "__main__",
}

FOLDERS = (
    "tradeoff",
    "fastpolar",
    "chunked",
    "iterating",
    "checkpoints",
    "models",
    "streaming",
    "audits",
    "cli",
    "conformance",
    "conformance/diagnosis",
    "conformance/known",
    "conformance/states",
    "conformance/targets",
    "theory",
    "certificates",
)


def expected(name: str) -> str:
    parts = name.split(".")
    if name == "cli":
        return "cli/test_main.py"
    return "/".join([*parts[:-1], f"test_{parts[-1]}.py"])


def test_each_module_has_its_test() -> None:
    missing = [name for name in modules() if name not in PLAIN and not (ROOT / "tests" / expected(name)).is_file()]
    assert not missing


def test_each_mirrored_test_has_its_module() -> None:
    wanted = {expected(name) for name in modules()}
    folders = [
        ROOT / "tests",
        *(ROOT / "tests" / name for name in FOLDERS),
    ]
    present = {str(path.relative_to(ROOT / "tests")) for folder in folders for path in folder.glob("test_*.py")}
    assert {name for name in present - wanted if name.removesuffix(".py") not in ACROSS} == set()
