"""Checks the mathematics of the scripts against values computed by hand: python check.py"""

import torch
from torch import Tensor, nn

from cnn import SMALL, Cnn
from evaluation import through_time
from lif import Fire, Lif
from network_file import folded
from qcfs import Converted, Qcfs
from rcs import rcs, responses
from tet import mean_score, tet


def close(name: str, actual: Tensor, expected: object, tolerance: float = 1e-5) -> None:
    torch.testing.assert_close(actual, torch.as_tensor(expected, dtype=actual.dtype), rtol=tolerance, atol=tolerance)
    print(f"ok  {name}")


def check_qcfs() -> None:
    activation = Qcfs(4, 2.0)
    z = torch.tensor([-0.3, 0.1, 0.25, 0.9, 1.2, 1.7, 1.75, 2.6], requires_grad=True)
    h = activation(z)
    close("QCFS: levels", h, [0, 0, 0.5, 1, 1, 1.5, 2, 2])
    h.sum().backward()
    close("QCFS: the gradient passes for 0 < z < lambda", z.grad, [0, 1, 1, 1, 1, 1, 1, 0])
    # 0 - 0.05 + 0.125 + 0.05 - 0.1 - 0.1 + 0.125 + 1
    close("QCFS: gradient of lambda", activation.bound.grad, 1.05)


def check_converted() -> None:
    # v(0) = 1, theta = 2. 1.2: 2.2 fires, 1.4, 2.6 fires, 1.8; 1.7: 2.7, 2.4, 2.1 fire, 1.8.
    outputs = Converted(2.0, 4, True)(torch.tensor([[0.9, 1.2, 1.7, 2.6, -0.3]]))
    spikes = [[0, 1, 1, 1, 0], [1, 0, 1, 1, 0], [0, 1, 1, 1, 0], [1, 0, 0, 1, 0]]
    close("conversion: spikes of height theta", outputs, 2 * torch.tensor(spikes))


def check_rcs() -> None:
    # Largest 3; sqrt(10 / 4 + 1e-5) and sqrt(0.75 / 4 + 1e-5).
    batch = torch.tensor([[1.0, -2, 3, 0], [0.5, 0.5, 0, 0.5]])[:, :, None, None].requires_grad_()
    close("RCS: responses", responses(batch.relu()), [1.897363, 6.928018])
    close("RCS: the worst of those that are right", rcs([batch], torch.tensor([True, False])), 1.897363)
    close("RCS: none is right", rcs([batch], torch.tensor([False, False])), 0)
    both = torch.tensor([True, True])
    close("RCS: mean over layers", rcs([batch, 2 * batch], both), (6.928018 + 6.928157) / 2)
    (by_hand,) = torch.autograd.grad(rcs([batch], both), batch)
    activation = batch.relu()
    plain = activation.max() / (activation.square().flatten(1).mean(1) + 1e-5).sqrt()
    (automatic,) = torch.autograd.grad(plain.max(), batch)
    close("RCS: gradient", by_hand, automatic)


def check_lif() -> None:
    # leak 1/2: 0.8; 1.2 fires; 1 does not, being no more than theta; 1.3 fires.
    currents = torch.tensor([0.8, 0.8, 1.0, 0.8])[:, None, None, None, None].requires_grad_()
    spikes = Fire.apply(currents, 4, 0.5)
    close("LIF: fires above theta, resets to 0", spikes.flatten(), [0, 1, 0, 1])
    spikes[3].sum().backward()
    # Slopes 0.8, 0.8, 1, 0.7. ds4/dx4 = 0.7; through u3: leak (1 - s3 - u3 slope3) = 0.5 (1 - 0 - 1) = 0.
    close("LIF: surrogate gradient", currents.grad.flatten(), [0, 0, 0, 0.7])
    currents = torch.rand(4, 2, 3, 2, 2, requires_grad=True)
    weights = torch.rand(4, 2, 3, 2, 2)
    by_hand, automatic = (
        torch.autograd.grad((neurons(currents) * weights).sum(), currents)[0]
        for neurons in (lambda x: Fire.apply(x, 4, 0.25), lambda x: composed(x, 0.25))
    )
    close("LIF: gradient through time", by_hand, automatic)
    layer = Lif(0.25, 2, True, True)
    layer.gains.data = torch.tensor([1.5, 0.5])
    # 0.8 times 1.5 fires, times 0.5 does not; 2.2 fires both times: 3.3, 1.1.
    close("TEBN: a gain each step", layer(torch.tensor([0.8, 2.2])[:, None, None, None]).flatten(), [1, 1, 0, 1])


class Triangle(torch.autograd.Function):
    @staticmethod
    def forward(ctx, u: Tensor) -> Tensor:
        ctx.save_for_backward(u)
        return (u > 1).float()

    @staticmethod
    def backward(ctx, toward: Tensor) -> Tensor:
        return toward * (1 - (ctx.saved_tensors[0] - 1).abs()).clamp(min=0)


def composed(currents: Tensor, leak: float) -> Tensor:
    """The neurons in small operations, differentiated automatically."""
    rest, spikes = torch.zeros_like(currents[0]), []
    for current in currents:
        potential = leak * rest + current
        spikes.append(Triangle.apply(potential))
        rest = potential * (1 - spikes[-1])
    return torch.stack(spikes)


def check_losses() -> None:
    scores = torch.tensor([[[0.0, 2.0]], [[1.0, 0.0]]])
    labels = torch.tensor([1])
    # Cross-entropies ln(1 + e^-2) = 0.126928 and ln(1 + e) = 1.313262; squares 1, 1, 0, 1.
    close("TET: loss", tet(scores, labels), 0.999 * 0.720095 + 0.001 * 0.75)
    # Mean scores (0.5, 1): ln(1 + e^-0.5).
    close("mean score: loss", mean_score(scores, labels), 0.474077)


def check_fold() -> None:
    torch.manual_seed(1)
    convolution, norm = nn.Conv2d(2, 3, 3, bias=False), nn.BatchNorm2d(3, eps=1e-3)
    for value in (norm.weight, norm.bias, norm.running_mean, norm.running_var):
        value.data.uniform_(0.5, 2)
    x = torch.rand(1, 2, 5, 5)
    kernel, bias = folded(convolution, norm)
    close("batch normalisation folded", nn.functional.conv2d(x.double(), kernel, bias).float(), norm.eval()(convolution(x)))


def check_steps() -> None:
    class Fixed(nn.Module):
        """Three images, two classes, three steps; right from step 1, from step 3, and never."""

        def forward(self, x: Tensor) -> Tensor:
            first = [[1, 0], [0, 1], [0, 1]]
            return torch.tensor([*first, [0, 0], [0, 1], [0, 0], [0, 0], [3, 0], [0, 0]], dtype=torch.float32)

    images, labels = torch.zeros(3, 1, 2, 2, dtype=torch.uint8), torch.zeros(3, dtype=torch.int64)
    result = through_time(Fixed(), images, labels, 3)
    close("accuracy at steps", torch.tensor(result["accuracyAtSteps"]), [1 / 3, 1 / 3, 2 / 3])
    close("optimal cutoff", torch.tensor(result["optimalCutoff"]), (1 + 3 + 3) / 3, 1e-4)


def check_size() -> None:
    model = Cnn(SMALL, lambda place: nn.ReLU())
    close("parameters", torch.tensor(sum(p.numel() for p in model.parameters())), 54_778)


if __name__ == "__main__":
    for check in (check_qcfs, check_converted, check_rcs, check_lif, check_losses, check_fold, check_steps, check_size):
        check()
