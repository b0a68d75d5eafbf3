"""The state that an optimiser keeps of weights that are no more: momenta and variances, made of old gradients."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..errors import sentence
from .modules import is_module


def reset_optimizer(optimizer: Any, module: Any, changed: Iterable[str]) -> tuple[str, ...]:
    """
    Forget what a torch optimiser has gathered about weights that were reinitialised, and only about these.

    Parameters
    ----------
    optimizer : torch.optim.Optimizer
        Its state for these parameters is emptied: the next step begins it anew, as for a new optimiser.
    module : torch.nn.Module
        Whose parameters it updates, by the names of `changed`.
    changed : iterable of str
        `ReinitReport.changed`; names that are no parameters (buffers), or that another optimiser updates, are passed
        over.

    Returns
    -------
    tuple of str
        The names whose state was there and is gone; of a tied tensor all of them.

    Raises
    ------
    TypeError
        No optimiser, no module, or no names.
    ValueError
        A name that the module does not have; an optimiser that updates none of the module's parameters.

    Examples
    --------
    >>> import torch
    >>> net = torch.nn.Linear(3, 2)
    >>> adam = torch.optim.Adam(net.parameters())
    >>> net(torch.ones(3)).sum().backward()
    >>> adam.step()
    >>> reset_optimizer(adam, net, ["weight"])
    ('weight',)
    >>> [name for name, p in net.named_parameters() if p in adam.state]
    ['bias']
    """
    function = "reset_optimizer"
    if not is_module(module):
        raise TypeError(sentence(function, "module", "be a torch.nn.Module", type(module).__name__, "the network"))
    if not isinstance(getattr(optimizer, "state", None), dict) or not hasattr(optimizer, "param_groups"):
        rule = "be a torch.optim.Optimizer"
        raise TypeError(sentence(function, "optimizer", rule, type(optimizer).__name__, "torch.optim.Adam(...)"))
    parameters = dict(module.named_parameters(remove_duplicate=False))
    known = parameters.keys() | module.state_dict().keys()
    advice = "report.changed of the same network"
    if isinstance(changed, str) or not isinstance(changed, Iterable):
        raise TypeError(sentence(function, "changed", "be names", repr(changed), advice))
    names = [str(name) for name in changed]
    unknown = [name for name in names if name not in known]
    if unknown:
        raise ValueError(sentence(function, "changed", "be names of the module", repr(unknown[0]), advice))
    updated = {id(parameter) for group in optimizer.param_groups for parameter in group["params"]}
    if parameters and not any(id(parameter) in updated for parameter in parameters.values()):
        rule, advice = "update parameters of the module", "the module it was made for, loaded without assign=True"
        raise ValueError(sentence(function, "optimizer", rule, "one that updates none of them", advice))
    had = tuple(name for name in names if name in parameters and optimizer.state.get(parameters[name]))
    for name in had:
        optimizer.state.pop(parameters[name], None)
    return had
