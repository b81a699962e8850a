"""The HTTP door: routes and schemas only."""
