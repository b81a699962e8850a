"""Tables of the trucks feature."""

from gridwitness.trucks import models_archive as _archive  # noqa: F401
from gridwitness.trucks import models_sightings as _sightings  # noqa: F401
