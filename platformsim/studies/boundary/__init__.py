"""Where an answer flips: one parameter, two parameters, and from which start."""
