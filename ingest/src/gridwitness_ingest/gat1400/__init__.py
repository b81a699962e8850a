"""The GA/T 1400 door: passages of vehicles from checkpoints and view libraries, over HTTP."""
