"""platformsim."""
