"""From "package.module:callable" or "path/file.py:callable" to the callable, and what it tells of itself."""

from __future__ import annotations

import functools
import importlib
import importlib.metadata
import importlib.util
import inspect
import os
import re
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from ...errors import sentence
from .printed import told

EXAMPLE = '"package.module:callable" or "path/file.py:callable"'


def load(name: str) -> Callable[..., Any]:
    """
    Import what a name says. The file's folder, or the working directory, comes first on the module path.

    Parameters
    ----------
    name : str
        A module or a file, a colon, and an attribute path, as "package.module:Class.method".

    Returns
    -------
    callable

    Raises
    ------
    ValueError
        There is no such file, module or attribute, it is not callable, or importing it raised anything.
    """
    where, colon, path = name.rpartition(":")
    if not (colon and where and path):
        raise ValueError(sentence("verify", "target", "be a module or a file, a colon and a name", repr(name), EXAMPLE))
    module = _import(where)
    try:
        found = functools.reduce(getattr, path.split("."), module)
    except Exception as error:  # a module's own __getattr__ may raise anything
        got = f"{path!r} ({told(error)})"
        raise ValueError(sentence("verify", "target", f"name something in {where}", got, _spelling(module))) from None
    if not callable(found):
        got = f"{path!r} of type {type(found).__name__}"
        raise ValueError(sentence("verify", "target", "be callable", got, "a function of one array"))
    return found


def _import(where: str) -> ModuleType:
    file = where.endswith(".py") or any(mark in where for mark in ("/", "\\"))
    path = Path(where).absolute()
    if file and not path.is_file():
        raise ValueError(sentence("verify", "target", "name a file that exists", repr(str(path)), EXAMPLE))
    for folder in (os.getcwd(), *([str(path.parent)] if file else [])):
        if folder not in sys.path[:1]:
            sys.path.insert(0, folder)
    try:
        return _execute(path) if file else importlib.import_module(where)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # an import may call sys.exit, too
        got = f"{told(error)} from {where}"  # the reason first: the sentence cuts what is long
        advice = f"python {where}" if file else f'python -c "import {where}"'
        raise ValueError(sentence("verify", "target", "be importable", got, advice)) from error


def _execute(path: Path) -> ModuleType:
    # Not under its own name: a file may be called random.py.
    safe = f"_fire_ref_target_{re.sub(r'[^0-9A-Za-z]', '_', path.stem)}"
    spec = importlib.util.spec_from_file_location(safe, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path.name} does not end in .py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[safe] = module  # dataclasses and others look their module up there
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[safe]
        raise
    return module


def _spelling(module: ModuleType) -> str:
    names = [name for name, value in vars(module).items() if callable(value) and not name.startswith("_")]
    return f"one of {', '.join(names[:8])}" if names else EXAMPLE


def accepting(name: str, fn: Callable[..., Any], kwargs: Mapping[str, Any]) -> None:
    """
    Refuse a callable that cannot take one array and the keyword arguments, as far as its signature tells.

    Parameters
    ----------
    name : str
        Of the target, for the message.
    fn : callable
        The target.
    kwargs : mapping
        What it will be given besides the array.

    Raises
    ------
    ValueError
        The call would not bind.
    """
    signature = _signature(fn)
    if signature is None:
        return
    try:
        signature.bind(object(), **kwargs)
    except TypeError as error:
        rule = f"accept one array and {', '.join(kwargs)}" if kwargs else "accept one array and nothing else"
        got = f"{str(error).removeprefix('got ')} ({name}{signature})"
        raise ValueError(sentence("verify", "target", rule, got, "kwargs={...}, or a function around it")) from None


def parameters(fn: Callable[..., Any]) -> tuple[str, ...]:
    """Name what a callable accepts as keyword arguments, besides the array; empty where it has no signature."""
    signature = _signature(fn)
    if signature is None:
        return ()
    all_of_them = list(signature.parameters.values())
    positional = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    if all_of_them and all_of_them[0].kind in positional:
        all_of_them = all_of_them[1:]  # it receives the array
    named = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    return tuple(parameter.name for parameter in all_of_them if parameter.kind in named)


def _signature(fn: Callable[..., Any]) -> inspect.Signature | None:
    try:
        return inspect.signature(fn)
    except Exception:  # none is known; some libraries' callables raise more than the documented two
        return None


def versions(fn: Callable[..., Any], arrays: str) -> dict[str, str]:
    """Return the versions of a target's package and of its array library, where they have one."""
    package = str(getattr(innermost(fn), "__module__", None) or "").partition(".")[0]
    found = {name: _version(name) for name in dict.fromkeys((package, arrays)) if name}
    return {name: version for name, version in found.items() if version}


def innermost(fn: Callable[..., Any]) -> Any:
    """Return what a partial or a decorator wraps."""
    while isinstance(fn, functools.partial):
        fn = fn.func
    try:
        return inspect.unwrap(fn)
    except ValueError:  # it wraps itself
        return fn


def _version(package: str) -> str:
    version = getattr(sys.modules.get(package), "__version__", None)
    if isinstance(version, str):
        return str(version)
    try:
        return importlib.metadata.version(package)
    except Exception:  # not installed, or its metadata are broken
        return ""
