"""Property tests: how many inputs an everyday run tries; `--hypothesis-profile=thorough` tries many more, and
`glance` few, where the same tests run a second time.

Inputs are new in every run, so that what one run spares another one tries.
"""

from hypothesis import settings

settings.register_profile("everyday", max_examples=40, deadline=None)
settings.register_profile("glance", max_examples=5, deadline=None)
settings.register_profile("thorough", max_examples=500, deadline=None)
settings.load_profile("everyday")
