"""
Muon (Jordan and others, 2024): the momentum of a hidden matrix is orthogonalised before it is a step.

Hidden are the weights of linear layers and convolutions but the last, and but the first where no embedding comes before
it; kernels are matrices of shape (out, in times area). All other parameters take Adam's steps.
"""

from __future__ import annotations

from typing import Any

import fire_ref

#: Of the momentum, Nesterov's; Newton-Schulz steps, with the coefficients that are called Muon's.
MOMENTUM, STEPS = 0.95, 5
#: Its rate over Adam's, and Adam's betas beside it, as the paper on FIRE has them.
RATIO, BETAS = 10.0, (0.9, 0.95)
#: Added to the norm of a momentum, which may be zero.
EPS = 1e-7


def hidden(model: Any) -> list[Any]:
    """
    Return the weights that Muon takes.

    Parameters
    ----------
    model : torch.nn.Module
        Its layers in the order from input to output.

    Returns
    -------
    list of torch.nn.Parameter
    """
    import torch

    layers = (torch.nn.Linear, torch.nn.Conv2d)
    weights = [layer.weight for layer in model.modules() if isinstance(layer, layers)]
    embedded = any(isinstance(one, torch.nn.Embedding) for one in model.modules())
    return weights[0 if embedded else 1 : -1]


def direction(momentum: Any, gradient: Any) -> Any:
    """
    Return the step of a matrix before its rate, and add the gradient to the momentum.

    Parameters
    ----------
    momentum, gradient : tensor, shape (out, in) or (out, in, height, width)
        The momentum is written into.

    Returns
    -------
    tensor, of that shape
        The orthogonalised momentum, times the root of out / in where there are more outputs.
    """
    momentum.mul_(MOMENTUM).add_(gradient)
    ahead = (gradient + MOMENTUM * momentum).flatten(1)
    X = fire_ref.newton_schulz(ahead, STEPS, coefficients="muon", eps=EPS, check=False)
    return (max(1.0, X.shape[0] / X.shape[1]) ** 0.5 * X).reshape(gradient.shape)


def optimizer(model: Any, rate: float) -> Any:
    """
    Make Muon with Adam beside it.

    Parameters
    ----------
    model : torch.nn.Module
        The network.
    rate : float
        Adam's; that of Muon is ten times this.

    Returns
    -------
    torch.optim.Optimizer
        With two groups, each of which a schedule may multiply; Adam itself where nothing is hidden.
    """
    import torch

    mine = hidden(model)
    known = {id(parameter) for parameter in mine}
    adam = torch.optim.Adam([p for p in model.parameters() if id(p) not in known], lr=rate, betas=BETAS)

    class Muon(torch.optim.Optimizer):  # type: ignore[misc]  # torch is imported late
        def __init__(self) -> None:
            super().__init__([{"params": mine}], {"lr": RATIO * rate})
            # The very same group and state: what a schedule does to the one and is forgotten of the other, Adam knows.
            self.param_groups += adam.param_groups
            adam.state = self.state

        def step(self) -> None:
            rate = self.param_groups[0]["lr"]
            with torch.no_grad():
                for parameter in mine:
                    if parameter.grad is not None:
                        state = self.state[parameter]
                        momentum = state.setdefault("momentum_buffer", torch.zeros_like(parameter))
                        parameter -= rate * direction(momentum, parameter.grad)
            adam.step()

    return Muon() if mine else adam
