"""The market: its state, how agents choose, what release modes mean, and who pays whom."""
