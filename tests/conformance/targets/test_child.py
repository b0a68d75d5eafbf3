"""A hostile target harms only its own process, and the next call meets a fresh one."""

from __future__ import annotations

import gc
import os
import sys
import threading
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import ml_dtypes
import numpy as np
import pytest

from fire_ref.conformance.targets import child as module
from fire_ref.conformance.targets.child import Child
from fire_ref.conformance.targets.outcome import Call, Setup, Target
from fire_ref.errors import MissingExtraError

from ...backends import available
from .hostile import VALUES, written

CALL = Call(VALUES)


@pytest.fixture
def path(tmp_path: Path) -> str:
    return written(tmp_path)


@pytest.fixture(autouse=True)
def _no_leaks() -> Iterator[None]:
    threads = threading.active_count()
    with warnings.catch_warnings():
        warnings.simplefilter("error", ResourceWarning)
        yield
        gc.collect()
    for _ in range(100):
        if threading.active_count() <= threads:
            break
        time.sleep(0.02)
    assert threading.active_count() <= threads


def test_it_is_a_target(path: str) -> None:
    with Child(f"{path}:double", Setup(kwargs={"steps": 3})) as child:
        target: Target = child
        assert target.name == f"{path}:double"
        assert target.parameters == ("steps", "eps")
        assert target.versions["numpy"] == np.__version__
        assert target.loading_seconds > 0
        for values in (VALUES, np.ones((300, 400), np.float32), np.zeros((0, 3), np.float32)):
            found = target.call(Call(values, repeat=2, other=values, kwargs={"eps": 1.0}))
            assert found.status == "returned"
            assert [value.tobytes() for value in found.values] == 2 * [(2 * values).tobytes()]


def test_methods_and_modules_and_exact_arguments(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with Child(f"{path}:Group.triple") as child:
        assert child.call(CALL).values[0].tobytes() == (3 * VALUES).tobytes()
    monkeypatch.chdir(Path(path).parent)
    with Child("target:wide") as child:
        kwargs = {"a": (1, 2.5, None), "b": {"c": [True, b"d"]}}
        assert child.call(Call(VALUES, kwargs=kwargs)).values[0].tolist() == [1.0]


def test_the_path_of_this_process_is_used(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [*sys.path, str(Path(path).parent)])
    with Child("target:double") as child:
        assert child.call(CALL).status == "returned"


def test_prints_disturb_nothing(path: str, capfd: pytest.CaptureFixture[str]) -> None:
    with Child(f"{path}:noisy") as child:
        for _ in range(5):
            found = child.call(CALL)
            assert (found.status, found.printed) == ("returned", "to stdout\nto stderr\n")
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("name", "status", "told"),
    [
        ("last_words", "exited", "the process ended with exit code 3; its last words: "),
        ("leaves", "exited", "SystemExit: 4"),
        ("crashes", "crashed", "the process was ended by SIGSEGV"),
        ("sleeps", "hung", "no answer within 1 s"),
        ("spins", "hung", "no answer within 1 s"),
        ("closes", "exited", ""),
        ("spawns", "exited", "the process ended with exit code 5"),
    ],
)
def test_what_ends_the_process(path: str, name: str, status: str, told: str) -> None:
    with Child(f"{path}:{name}", timeout=1) as child:
        found = child.call(CALL)
        assert told in found.error
        assert found.status == status
        assert child.call(CALL).status == status  # in a fresh process


@pytest.mark.parametrize(("name", "status"), [("interrupts", "raised"), ("reads", "returned"), ("threads", "returned")])
def test_what_does_not_end_it(path: str, name: str, status: str) -> None:
    with Child(f"{path}:{name}") as child:
        assert [child.call(CALL).status for _ in range(2)] == 2 * [status]


def test_the_process_stays_and_is_replaced_after_an_exit(path: str, tmp_path: Path) -> None:
    with Child(f"{path}:process") as child:
        first, second = (child.call(CALL).values[0][0, 1] for _ in range(2))
        assert first == second != os.getpid()
    note = tmp_path / "note"
    with Child(f"{path}:once", Setup(kwargs={"path": str(note)})) as child:
        assert child.call(CALL).status == "exited"
        assert note.exists()


def test_a_restart_that_fails_is_final(path: str) -> None:
    with Child(f"{path}:leaves") as child:
        assert child.call(CALL).status == "exited"
        os.remove(path)
        for _ in range(2):
            found = child.call(CALL)
            assert found.status == "crashed"
            assert found.error.startswith("the process could not be started again: verify: target must name a file")


def test_a_gpu_that_is_lost_is_final(path: str) -> None:
    available("torch")
    with Child(f"{path}:leaves") as child:
        assert child.call(CALL).status == "exited"
        child._setup = Setup("torch", device="cuda")
        for _ in range(2):
            found = child.call(CALL)
            if found.status == "exited":
                pytest.skip("there is a GPU")
            assert found.status == "crashed"
            assert found.error.startswith("the process could not be started again: verify: device 'cuda' cannot be")


def test_no_call_after_it_is_closed(path: str) -> None:
    child = Child(f"{path}:double")
    process: Any = child._process
    child.close()
    child.close()
    assert process._process.returncode is not None
    assert child.call(CALL).error == "the target has been closed"


def test_an_interrupted_call_ends_the_process(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with Child(f"{path}:process") as child:
        before = child.call(CALL).values[0][0, 1]
        with monkeypatch.context() as patched:
            patched.setattr(module.Process, "_wait", interrupted)
            with pytest.raises(KeyboardInterrupt):
                child.call(CALL)
        after = child.call(CALL)
        assert after.status == "returned"
        assert after.values[0][0, 1] != before


def interrupted(*_: object) -> None:
    raise KeyboardInterrupt


def test_arguments_that_are_no_literals_are_refused(path: str) -> None:
    with pytest.raises(ValueError, match="kwargs must consist of Python literals"):
        Child(f"{path}:double", Setup(kwargs={"eps": np.float32(1)}))
    with Child(f"{path}:double") as child:
        with pytest.raises(ValueError, match="kwargs must consist of Python literals"):
            child.call(Call(VALUES, kwargs={"eps": object()}))
        assert child.call(CALL).status == "returned"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("raise RuntimeError('no')", "must be importable"),
        ("import sys; sys.exit(3)", "must be importable"),
        ("import os; os._exit(3)", "exit code 3"),
        ("import os; os.abort()", "ended by SIGABRT"),
        ("def g(x): pass", "must name something in"),
        ("f = 3", "must be callable"),
        ("def f(): pass", "must accept one array and nothing else"),
    ],
)
def test_a_target_that_cannot_be_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, told: str) -> None:
    written(tmp_path, text, "t.py")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match=r"^verify: target must ") as caught:
        Child("t.py:f")
    assert told in str(caught.value)


def test_an_import_that_never_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LOADING", 1.0)
    monkeypatch.chdir(tmp_path)
    written(tmp_path, "while True: pass", "t.py")
    with pytest.raises(ValueError, match=r"must be importable; got no answer within 1 s; it was t\.py:f"):
        Child("t.py:f", timeout=0.5)


def test_an_absent_library_is_named(path: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    folder = tmp_path / "first"
    folder.mkdir()
    error = "raise ModuleNotFoundError(name='torch')"
    written(folder, error, "torch.py")
    monkeypatch.setattr(sys, "path", [str(folder), *sys.path])
    with pytest.raises(MissingExtraError, match=r"verify: needs torch, which is not installed"):
        Child(f"{path}:double", Setup("torch"))


@pytest.mark.parametrize(("arrays", "dtype"), [("torch", ml_dtypes.bfloat16), ("jax", np.float64)])
def test_other_libraries(path: str, arrays: str, dtype: Any) -> None:
    available(arrays)
    name = np.dtype(dtype).name
    with Child(f"{path}:double", Setup(arrays, name)) as child:
        found = child.call(Call(VALUES.astype(dtype), form="strided"))
        assert (found.status, found.dtype, found.own_type) == ("returned", name, True)
        assert found.values[0].tobytes() == (2 * VALUES.astype(dtype)).tobytes()
        assert set(child.versions) >= {arrays}
