"""Images as they are trained on: moved and mirrored at random, in [0, 1]."""

import torch
from torch import Tensor


def crops(images: Tensor, margin: int) -> Tensor:
    """Every crop of every image with a margin of zeros, as a view: `[n, channels, down, right, height, width]`."""
    height, width = images.shape[2:]
    return torch.nn.functional.pad(images, (margin,) * 4).unfold(2, height, 1).unfold(3, width, 1)


def augmented(views: Tensor, rows: Tensor, mirrored: bool, random: torch.Generator) -> Tensor:
    """A random crop of each of the rows; if `mirrored`, half of them turned left to right."""
    down, right = torch.randint(views.shape[2], (2, len(rows)), generator=random)
    batch = views[rows, :, down, right]
    if not mirrored:
        return scaled(batch)
    mirror = torch.rand(len(rows), generator=random) < 0.5
    return scaled(torch.where(mirror[:, None, None, None], batch.flip(3), batch))


def scaled(images: Tensor) -> Tensor:
    return (images.float() / 255).contiguous(memory_format=torch.channels_last)
