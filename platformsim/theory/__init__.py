"""What economics predicts in closed form, as functions of the parameters alone."""
