"""CIFAR-10 from the official binary files: one byte of class, then 3072 of image, channel by channel."""

from pathlib import Path

import numpy
import torch
from torch import Tensor

CLASS_NAMES = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"]
RECORD = 1 + 3 * 32 * 32
MARGIN = 4


def read(folder: Path, part: str) -> tuple[Tensor, Tensor]:
    """Images as bytes `[n, 3, 32, 32]` and their classes."""
    files = [f"data_batch_{place}.bin" for place in range(1, 6)] if part == "train" else ["test_batch.bin"]
    records = numpy.concatenate([numpy.fromfile(folder / name, numpy.uint8).reshape(-1, RECORD) for name in files])
    images = torch.from_numpy(records[:, 1:].reshape(-1, 3, 32, 32).copy())
    return images, torch.from_numpy(records[:, 0].astype(numpy.int64))


def crops(images: Tensor) -> Tensor:
    """Every crop of every image with a margin of zeros, as a view: `[n, 3, 9, 9, 32, 32]`."""
    return torch.nn.functional.pad(images, (MARGIN,) * 4).unfold(2, 32, 1).unfold(3, 32, 1)


def augmented(views: Tensor, rows: Tensor, random: torch.Generator) -> Tensor:
    """A random crop of each of the rows, half of them mirrored, in [0, 1]."""
    down, right = torch.randint(2 * MARGIN + 1, (2, len(rows)), generator=random)
    mirror = torch.rand(len(rows), generator=random) < 0.5
    batch = views[rows, :, down, right]
    return scaled(torch.where(mirror[:, None, None, None], batch.flip(3), batch))


def scaled(images: Tensor) -> Tensor:
    return (images.float() / 255).contiguous(memory_format=torch.channels_last)
