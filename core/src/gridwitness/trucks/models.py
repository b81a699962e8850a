"""Tables of the trucks feature."""

from gridwitness.trucks import models_sightings as _sightings  # noqa: F401
