"""The loss of temporal efficient training (Deng et al., ICLR 2022, as released)."""

from torch import Tensor, nn

# Lambda: how much a target of 1 for every score of every step weighs.
TARGET_WEIGHT = 1e-3
TARGET = 1.0


def tet(scores: Tensor, labels: Tensor) -> Tensor:
    """(1 - lambda) times the mean cross-entropy of the steps, plus lambda times the mean square from the target."""
    entropies = nn.functional.cross_entropy(scores.flatten(0, 1), labels.repeat(len(scores)))
    return (1 - TARGET_WEIGHT) * entropies + TARGET_WEIGHT * (scores - TARGET).square().mean()


def mean_score(scores: Tensor, labels: Tensor) -> Tensor:
    """Cross-entropy of the mean over the steps: the loss of TEBN's authors."""
    return nn.functional.cross_entropy(scores.mean(0), labels)
