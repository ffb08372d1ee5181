"""Questions asked of the model; each is a verb of the command line and a function in Python."""
