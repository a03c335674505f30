"""Property tests are told by their examples, never by the clock: a busy machine is no fault of the code.

The examples are the same in every run, so what a change breaks or leaves uncovered does not depend on luck. To explore:
pytest --hypothesis-profile=exploring.
"""

from __future__ import annotations

from hypothesis import HealthCheck, settings

_BY_THE_CLOCK = [HealthCheck.too_slow]

settings.register_profile("unhurried", deadline=None, suppress_health_check=_BY_THE_CLOCK, derandomize=True)
settings.register_profile("exploring", deadline=None, suppress_health_check=_BY_THE_CLOCK, max_examples=2_000)
settings.load_profile("unhurried")
