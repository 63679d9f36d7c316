"""Writes src/learn/ssl/golden/losses.json and src/learn/train/golden/divergence.json with lightly and PyTorch (pip install torch==2.15.0 lightly==1.6.0).

    python scripts/golden/ssl_losses.py

Losses and their gradients on asymmetric random rows that are not of unit length; the tests beside those folders must agree.
What lightly lacks (SupCon, distillation, mutual learning) is written with PyTorch's own operations.
"""
import json
import pathlib

import torch
import torch.nn.functional as F
from lightly.loss import NegativeCosineSimilarity, NTXentLoss, SwaVLoss
from lightly.loss.swav_loss import sinkhorn

torch.manual_seed(20260117)
torch.set_default_dtype(torch.float64)


def rows(count, width):
    return torch.randn(count, width, requires_grad=True)


def case(name, loss, inputs, **settings):
    """The value, and the gradient of every input that has one."""
    loss = loss.reshape(())
    slopes = torch.autograd.grad(loss, [tensor for tensor in inputs.values() if tensor.requires_grad])
    moved = [key for key, tensor in inputs.items() if tensor.requires_grad]
    return {
        "name": name,
        **settings,
        "inputs": {key: tensor.detach().tolist() for key, tensor in inputs.items()},
        "value": loss.item(),
        "gradients": {key: slope.tolist() for key, slope in zip(moved, slopes)},
    }


def supcon(embeddings, labels, temperature):
    unit = F.normalize(embeddings, dim=1)
    itself = torch.eye(len(labels), dtype=torch.bool)
    shares = F.log_softmax((unit @ unit.T / temperature).masked_fill(itself, -torch.inf), dim=1)
    positives = (labels[:, None] == labels[None, :]) & ~itself
    return -(shares.masked_fill(~positives, 0).sum(1) / positives.sum(1)).mean()


def moco(queries, keys, queue, temperature):
    """lightly's loss on a memory bank that holds the queue."""
    loss = NTXentLoss(temperature=temperature, memory_bank_size=(len(queue), queue.shape[1]))
    loss.memory_bank.bank = queue.clone()
    return loss(queries, keys)


def simclr_case(temperature):
    first, second = rows(5, 7), rows(5, 7)
    return case("simclr", NTXentLoss(temperature=temperature)(first, second), {"first": first, "second": second}, temperature=temperature)


def cosine_case():
    predicted, wanted = rows(6, 5), torch.randn(6, 5)
    return case("simsiam", NegativeCosineSimilarity()(predicted, wanted), {"predicted": predicted, "wanted": wanted})


def moco_case():
    queries, keys, queue = rows(4, 6), torch.randn(4, 6), F.normalize(torch.randn(9, 6), dim=1)
    return case("moco", moco(queries, keys, queue, 0.2), {"queries": queries, "keys": keys, "queue": queue}, temperature=0.2)


def supcon_case():
    embeddings, labels = rows(10, 6), [0, 1, 0, 2, 1]
    return case("supcon", supcon(embeddings, torch.tensor(labels + labels), 0.1), {"embeddings": embeddings}, labels=labels, temperature=0.1)


def swav_case(name, small, past):
    """Scores of two whole views, small crops and the two queues; assignments carry no gradient."""
    crops = [rows(6, 5) for _ in range(2 + small)]
    queues = [torch.randn(past, 5) for _ in range(2)] if past else None
    loss = SwaVLoss(temperature=0.1, sinkhorn_epsilon=0.5)(crops[:2], crops[2:], queues)
    inputs = {f"crop{i}": crop for i, crop in enumerate(crops)} | {f"queue{i}": queue for i, queue in enumerate(queues or [])}
    return case(name, loss, inputs, temperature=0.1, epsilon=0.5)


def sinkhorn_case(epsilon):
    scores = torch.rand(8, 4) * 2 - 1
    return {"epsilon": epsilon, "scores": scores.tolist(), "codes": sinkhorn(scores, epsilon=epsilon).tolist()}


def divergence_case(temperature):
    teacher, student = torch.randn(6, 5) * 3, (torch.randn(6, 5) * 3).requires_grad_()
    loss = temperature**2 * F.kl_div(F.log_softmax(student / temperature, dim=1), F.softmax(teacher / temperature, dim=1), reduction="batchmean")
    (slope,) = torch.autograd.grad(loss, [student])
    return {"temperature": temperature, "teacher": teacher.tolist(), "student": student.tolist(), "value": loss.item(), "gradient": slope.tolist()}


losses = [
    simclr_case(0.1),
    simclr_case(0.5),
    cosine_case(),
    moco_case(),
    supcon_case(),
    swav_case("swav", small=2, past=0),
    swav_case("swav", small=1, past=7),
]
learn = pathlib.Path(__file__).parents[2] / "src/learn"


def write(path, value):
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(value) + "\n")


write(learn / "ssl/golden/losses.json", {"losses": losses, "sinkhorn": [sinkhorn_case(0.05), sinkhorn_case(0.5)]})
write(learn / "train/golden/divergence.json", [divergence_case(temperature) for temperature in (1, 4)])
