"""Calendar files: absences read from feeds, invitations written. Needs the extra `ics`."""
