"""What every test shares: how hypothesis searches."""

import os

from hypothesis import settings

# Others use the machine as well, so no example fails for being slow; CI repeats what it found.
settings.register_profile("saasops", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("saasops")
