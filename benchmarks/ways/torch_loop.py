"""A plain PyTorch loop: images in memory on the device, no loader, whole batches."""

import os
from tempfile import TemporaryDirectory

import torch
import torch._dynamo  # an optimiser imports it when it is first made
import torch._inductor.compile_fx  # likewise what is compiled
from torch import nn
from torch.nn.functional import cross_entropy

from benchmarks.cases import Case, unit
from benchmarks.ways import Searched
from densevsconv.images.prepared import TrainingData
from densevsconv.networks.bound import BoundArchitecture, BoundLayer

AT_ONCE = 1024
"""Images of a batch of the validation."""
ACTIVATIONS = {"relu": nn.ReLU, "tanh": nn.Tanh, "sigmoid": nn.Sigmoid}


def layers(layer: BoundLayer) -> list[nn.Module]:
    """Return the same layer in PyTorch, channels first; the closing softmax is in the loss."""
    settings, shape = layer.settings, layer.input_shape
    match layer.kind:
        case "conv":
            padding = settings["padding"]
            made: list[nn.Module] = [
                nn.Conv2d(shape[-1], settings["filters"], settings["kernel"], padding=padding)
            ]
        case "max_pool":
            # zeros around, as "same" has them, lie behind the last row and column
            return [nn.MaxPool2d(settings["size"], ceil_mode=settings["padding"] == "same")]
        case "average_pool":
            return [nn.AvgPool2d(settings["size"])]
        case "flatten":
            return [nn.Flatten()]
        case "dropout":
            return [nn.Dropout(settings["rate"])]
        case "dense":
            made = [nn.Linear(shape[0], settings["units"])]
        case kind:
            raise ValueError(f"{layer.name}: found {kind}; allowed: the layers of the cases")
    nn.init.xavier_uniform_(made[0].weight)
    nn.init.zeros_(made[0].bias)
    if activation := ACTIVATIONS.get(settings["activation"]):
        made.append(activation())
    return made


def network(bound: BoundArchitecture) -> nn.Module:
    return nn.Sequential(*(made for layer in bound.layers for made in layers(layer)))


def search(compiled: bool, case: Case, data: TrainingData) -> Searched:
    """Search, with programs that are compiled if asked; none is kept from an earlier search."""
    with TemporaryDirectory() as programs:
        os.environ["TORCHINDUCTOR_CACHE_DIR"] = programs
        return _search(compiled, case, data)


def _search(compiled: bool, case: Case, data: TrainingData) -> Searched:
    torch.manual_seed(0)
    bound, scaling = case.bound(data), unit(data)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

    def tensors(pixels, labels):
        images = torch.from_numpy(scaling.apply(pixels)).permute(0, 3, 1, 2).contiguous()
        return images.to(device), torch.from_numpy(labels).to(device)

    x, y = tensors(data.train_images, data.train_labels)
    validation = tensors(data.validation_images, data.validation_labels)
    accuracies = []
    for rate, l2 in case.points:
        model = network(bound).to(device)
        kernels = [p for p in model.parameters() if p.ndim > 1]
        biases = [p for p in model.parameters() if p.ndim == 1]
        groups = [{"params": kernels, "weight_decay": 2 * l2}, {"params": biases}]
        optimizer = torch.optim.Adam(groups, lr=rate, eps=1e-7)
        called = torch.compile(model) if compiled else model
        for _ in range(case.epochs):
            model.train()
            order = torch.randperm(len(x), device=device)
            for rows in order.split(case.batch_size):
                loss = cross_entropy(called(x[rows]), y[rows])
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
            accuracy = _accuracy(model, called, *validation)
        accuracies.append(accuracy)
    return Searched(accuracies)


@torch.no_grad()
def _accuracy(model: nn.Module, called, images, labels) -> float:
    model.eval()
    right = sum(
        (called(part).argmax(1) == of).sum()
        for part, of in zip(images.split(AT_ONCE), labels.split(AT_ONCE), strict=True)
    )
    return float(right) / len(labels)
