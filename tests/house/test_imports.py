"""Imports go downwards; the independent routes never meet; importing the package stays light."""

from __future__ import annotations

import ast
import subprocess
import sys

import pytest

from .paths import ROOT, modules

#: From the ground up. A module may import only from the floors below its own.
FLOORS: tuple[tuple[str, ...], ...] = (
    ("errors", "tolerances", "certificates.record"),
    ("arguments", "arrays", "certificates.balls"),
    (
        "operands",
        "fastpolar",
        "fastpolar.kernels",
        "fastpolar.weighting",
        "fastpolar.device_schedule",
        "certificates.bounds",
        "certificates.proposing",
        "coefficients",
        "layout",
        "gram",
        "tightening",
        "checkpoints.stored",
        "checkpoints.scanning",
        "checkpoints.faults",
        "checkpoints.npy",
    ),
    (
        "values",
        "scaling",
        "norms",
        "rank",
        "convolution",
        "iterating",
        "iterating.pieces",
        "checkpoints.header",
        "fastpolar.extremes",
        "fastpolar.singular",
        "fastpolar.sketching",
        "fastpolar.steps",
    ),
    (
        "prepared",
        "fastpolar.probing",
        "fastpolar.square",
        "certificates.enclosing",
        "chunked",
        "chunked.passes",
        "iterating.products",
        "iterating.starting",
        "checkpoints.tensorfile",
        "checkpoints.archive",
    ),
    (
        "certificates.certification",
        "chunked.measures",
        "chunked.schulz",
        "chunked.polar",
        "iterating.moves",
        "checkpoints.shards",
        "fastpolar.reflecting",
    ),
    ("fastpolar.tall", "iterating.batches", "iterating.symmetric", "iterating.elongated", "iterating.segments"),
    ("fastpolar.routes", "iterating.route", "iterating.device", "fastpolar.device"),
    ("fastpolar.host",),
    (
        "measures",
        "certificates",
        "polar",
        "schulz",
        "response",
        "spectrum",
        "tradeoff.multiplier",
        "checkpoints.opening",
    ),
    ("prediction", "gains", "tradeoff.clipping", "tradeoff.factors", "tradeoff.network", "checkpoints"),
    ("theory.record", "theory.inputs", "theory.standing"),
    ("theory.drift", "theory.hessian", "theory.feature_rank"),
    ("theory.activity",),
    ("theory",),
    ("reinit", "tradeoff.relaxation", "tradeoff.curve", "tradeoff.payment"),
    ("tradeoff", "weights", "models.split", "models.record", "models.modules", "models.tree"),
    ("models.state", "models.rule", "models.operator", "models.units"),
    ("models.recipe", "models.blocks", "models.way"),
    ("models.batching", "models.official_recipes", "models.recipe_file", "models.optimizers"),
    ("models.other_recipes", "models.selection", "models.tying"),
    ("models.rows", "models.recipes", "models.deciding"),
    ("models.guessing", "models.projecting", "models.report", "models.restoring"),
    ("models.rewriting",),
    ("models",),
    ("streaming", "streaming.request", "streaming.source", "streaming.arithmetic"),
    ("streaming.orders",),
    ("streaming.writing", "streaming.measuring", "streaming.needs"),
    ("streaming.copying", "streaming.sealing", "streaming.archives"),
    ("streaming.computing", "streaming.journal", "streaming.plan"),
    ("streaming.performing", "streaming.describing", "streaming.briefing", "streaming.workplace"),
    ("streaming.engine", "streaming.record", "streaming.ledger", "streaming.finishing"),
    ("streaming.resuming",),
    ("streaming.cluster", "streaming.running"),
    ("demo", "audits.curve", "audits.columns"),
    ("audits.totals",),
    ("audits.findings", "audits.sentences"),
    ("audits.page",),
    ("audits.record",),
    ("audits.survey",),
    ("audits",),
    (
        "conformance",
        "conformance.precision",
        "conformance.dialect",
        "conformance.outcomes",
        "conformance.record",
        "conformance.known.record",
        "conformance.known.callables",
        "conformance.diagnosis",
        "conformance.diagnosis.codes",
        "conformance.targets",
        "conformance.targets.outcome",
        "conformance.targets.printed",
        "conformance.targets.dtypes",
        "conformance.targets.devices",
        "conformance.targets.watch",
    ),
    (
        "conformance.truth",
        "conformance.spectra",
        "conformance.emulation",
        "conformance.wording",
        "conformance.known.exact",
        "conformance.known.fire",
        "conformance.known.muon",
        "conformance.known.scheduled",
        "conformance.known.wrong",
        "conformance.targets.loading",
        "conformance.targets.libraries",
        "conformance.targets.answers",
        "conformance.targets.protocol",
    ),
    (
        "conformance.case",
        "conformance.mild",
        "conformance.hypotheses",
        "conformance.drawing",
        "conformance.tables",
        "conformance.known.catalogue",
        "conformance.targets.adapters",
        "conformance.targets.process",
    ),
    (
        "conformance.evidence",
        "conformance.catalogue",
        "conformance.page",
        "conformance.known",
        "conformance.targets.invoking",
        "conformance.targets.child",
    ),
    (
        "conformance.asking",
        "conformance.requested",
        "conformance.contract",
        "conformance.converged",
        "conformance.faithful",
        "conformance.response",
        "conformance.report",
        "conformance.diagnosis.matching",
        "conformance.targets.inside",
        "conformance.targets.worker",
    ),
    ("conformance.judgements", "conformance.gain"),
    ("conformance.checks", "conformance.fitting"),
    ("conformance.fingerprint",),
    ("conformance.diagnosis.clue", "conformance.fitness"),
    (
        "conformance.diagnosis.descent",
        "conformance.diagnosis.call",
        "conformance.diagnosis.shape",
        "conformance.diagnosis.stacks",
        "conformance.diagnosis.edges",
    ),
    ("conformance.diagnosis.unlisted", "conformance.diagnosis.factor"),
    ("conformance.diagnosis.formula",),
    ("conformance.diagnosis.diagnose",),
    ("conformance.judging",),
    ("conformance.verification", "conformance.pair"),
    (
        "conformance.compliance",
        "conformance.states",
        "conformance.states.mistake",
        "conformance.states.comparing",
        "conformance.states.declaring",
        "conformance.states.members",
        "testing",
    ),
    ("conformance.states.networks",),
    (
        "conformance.states.piece",
        "conformance.states.returned",
        "conformance.states.ties",
        "conformance.states.moments",
    ),
    ("conformance.states.nullspace",),
    ("conformance.states.grading", "conformance.states.factors", "conformance.states.partitions"),
    ("conformance.states.maps", "conformance.states.targets", "conformance.states.batchnorm"),
    ("conformance.states.explaining",),
    ("conformance.states.structures", "conformance.states.gathering"),
    ("conformance.states.diagnosing", "conformance.states.reporting"),
    ("conformance.states.weights",),
    ("conformance.states.verification",),
    ("cli.files", "cli.plot", "cli.console", "cli.settings"),
    ("cli.standings",),
    ("cli.demo", "cli.audit", "cli.verdicts", "cli.waiting"),
    ("cli.compliance", "cli.reinit"),
    ("cli.verify", "cli.verify_model"),
    ("cli",),
    ("__main__",),
)
#: The package's own __init__ gathers the public names; the command line reads its version.
ROOF = ""
#: Routes to the same answer. Their agreement is evidence because none can reach another.
WITNESSES = ("certificates", "measures", "polar", "schulz", "response", "tradeoff.multiplier")


def imported(name: str) -> set[str]:
    """Return the package's modules that a module imports, anywhere in its text."""
    path, known = modules()[name], modules()
    package = name.split(".") if path.name == "__init__.py" else name.split(".")[:-1]
    package = [part for part in package if part]
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {
                alias.name.removeprefix("fire_ref").lstrip(".") for alias in node.names if "fire_ref" in alias.name
            }
        elif isinstance(node, ast.ImportFrom):
            if node.level == 0:
                if (node.module or "").split(".")[0] != "fire_ref":
                    continue
                base = (node.module or "").split(".")[1:]
            else:
                base = package[: len(package) - node.level + 1] + (
                    (node.module or "").split(".") if node.module else []
                )
            for alias in node.names:
                deeper = ".".join([*base, alias.name])
                found.add(deeper if deeper in known else ".".join(base))
    return found - {name}


def reachable(name: str) -> set[str]:
    """Return all that a module imports, directly or through others."""
    seen: set[str] = set()
    todo = [name]
    while todo:
        for other in imported(todo.pop()) - seen - {ROOF}:
            seen.add(other)
            todo.append(other)
    return seen


def floor(name: str) -> int:
    return next(i for i, names in enumerate(FLOORS) if name in names)


def test_every_module_has_a_floor() -> None:
    assert {name for names in FLOORS for name in names} == set(modules()) - {ROOF}


@pytest.mark.parametrize("name", [name for names in FLOORS for name in names])
def test_imports_go_downwards(name: str) -> None:
    for other in imported(name) - {ROOF}:
        assert floor(other) < floor(name), f"{name} imports {other} from its own floor or above"


@pytest.mark.parametrize("name", WITNESSES)
def test_no_witness_can_reach_another(name: str) -> None:
    assert not reachable(name) & set(WITNESSES)
    assert ("spectrum" in reachable(name)) is False


def test_dask_routes_are_apart() -> None:
    assert "chunked.schulz" not in reachable("measures")
    assert "chunked.measures" not in reachable("schulz")
    assert not {"chunked.measures", "chunked.schulz"} & reachable("polar")


def test_only_the_arrays_module_knows_the_array_libraries() -> None:
    libraries = {"cupy", "torch", "jax", "array_api_compat", "dask"}
    for name, path in modules().items():
        found = {
            (alias.name if isinstance(node, ast.Import) else node.module or "").split(".")[0]
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, (ast.Import, ast.ImportFrom)) and getattr(node, "level", 0) == 0
            for alias in node.names
        } & libraries
        dasks = name.startswith("chunked") or name == "streaming.cluster"
        allowed = libraries if name == "arrays" else {"dask"} if dasks else set()
        assert found <= allowed, f"{name} imports {found - allowed}"


def test_the_package_imports_no_figures_proofs_or_tests() -> None:
    for name, path in modules().items():
        text = path.read_text(encoding="utf-8")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, (ast.Import, ast.ImportFrom)) and getattr(node, "level", 0) == 0:
                names = [node.module or ""] if isinstance(node, ast.ImportFrom) else [a.name for a in node.names]
                assert not {n.split(".")[0] for n in names} & {"figures", "proofs", "tests"}, name


@pytest.mark.parametrize("start", ["import fire_ref", "from fire_ref.cli import parser; parser().format_help()"])
def test_importing_the_package_is_light(start: str) -> None:
    heavy = (
        "scipy",
        "torch",
        "jax",
        "cupy",
        "dask",
        "distributed",
        "matplotlib",
        "rich",
        "safetensors",
        "pandas",
        "sklearn",
        "threadpoolctl",
        "PIL",
        "flint",
    )
    code = f"import sys; {start}; print([name for name in {heavy!r} if name in sys.modules])"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert loaded.stdout.strip() == "[]"
