"""A run on MNIST: what arms that look at the data to come are given."""

from __future__ import annotations

from pathlib import Path

from figures.experiments.mnist import load
from figures.experiments.mnist_course import MnistCourse
from figures.experiments.tasks import random_labels

from ...backends import available
from .faked import configuration, folder


def test_gradients_come_batch_by_batch_at_the_same_weights(tmp_path: Path) -> None:
    torch = available("torch")
    images, one = load(folder(tmp_path / "data")), configuration()
    course = MnistCourse(one, images)
    before = {name: tensor.clone() for name, tensor in course.state().items()}
    found = list(course.gradients(1))
    task = random_labels(images, one, 1)
    X, y = torch.from_numpy(task.inputs), torch.from_numpy(task.labels)
    assert len(found) == 4
    for place, gradient in enumerate(found):
        batch = slice(10 * place, 10 * place + 10)
        course.model.zero_grad()
        torch.nn.functional.cross_entropy(course.model(X[batch]), y[batch]).backward()
        for name, parameter in course.model.named_parameters():
            assert torch.allclose(gradient[name], parameter.grad, atol=1e-7)
    assert all(torch.equal(tensor, before[name]) for name, tensor in course.state().items())
