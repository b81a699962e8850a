"""Service requests of real cities, run through the platform in simulated time."""
