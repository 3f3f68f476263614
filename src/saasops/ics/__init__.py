"""Calendar files: absences read from feeds, invitations written. Needs the extra `ics`."""

from saasops.ics.absences import read_absences
from saasops.ics.invitations import Visit, invitation

__all__ = ["Visit", "invitation", "read_absences"]
