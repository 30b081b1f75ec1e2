"""
The regulariser of cutoff and similarity, in its form for ANNs (Wu et al., Front. Neurosci. 2025, as released in
SNN-Regularisation-Cutoff): small where the activations of a layer are as large, at the root of their mean square, as the
largest of the batch. Its authors let it keep the responses of early steps close to those of late ones.
"""

import torch
from torch import Tensor

EPSILON = 1e-5


def rcs(layers: list[Tensor], right: Tensor) -> Tensor:
    """
    The worst response of the images that are classified rightly already, averaged over the layers; 0 without any.

    `layers` are the pre-activations `[images, channels, height, width]`.
    """
    return torch.stack([Worst.apply(z, right) for z in layers]).mean()


def responses(activation: Tensor) -> Tensor:
    """Of each image: the largest activation of the whole batch over the root mean square of the image's own."""
    norms = torch.linalg.vector_norm(activation, dim=(1, 2, 3), dtype=torch.float32)
    return activation.amax((1, 2, 3)).max() / (norms.square() / activation[0].numel() + EPSILON).sqrt()


class Worst(torch.autograd.Function):
    """
    The largest response of the images that are right, with a = max(0, z). Only two images have a gradient: derived by hand,
    it takes a fifth of the time.
    """

    @staticmethod
    def forward(ctx, z: Tensor, right: Tensor) -> Tensor:
        activation = z.relu()
        masked = responses(activation) * right
        image = masked.argmax()
        ctx.save_for_backward(activation, image, masked[image])
        return masked[image]

    @staticmethod
    def backward(ctx, toward: Tensor) -> tuple[Tensor, None]:
        """With r = m / sqrt(sum a^2 / n + epsilon): dr/dm = r / m, shared by equals; dr/da = -r^3 a / (m^2 n)."""
        activation, image, response = ctx.saved_tensors
        peaks = activation.amax((1, 2, 3))
        top = peaks.argmax()
        largest = peaks[top].float().clamp_min(EPSILON)
        slope = response**3 / (largest.square() * activation[0].numel())
        peak = (activation[top] == peaks[top]).float()
        gradient = torch.zeros_like(activation)
        gradient[image] -= toward * slope * activation[image]
        gradient[top] += toward * response / largest * peak / peak.sum()
        return gradient, None
