"""The simulator against published and exact theory: predictions, measurements, verdicts."""
