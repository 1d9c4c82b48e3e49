"""Task diversity: networks that are meta-trained on M fixed tasks, and the two Bayesians that they may become."""
