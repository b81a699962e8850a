"""gridwitness-verify: checks GridWitness evidence without trusting, or sharing code with, the platform."""
