"""``python -m platformsim`` is the command line."""

from platformsim.cli import main

main(prog_name="platformsim")
