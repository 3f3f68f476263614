"""When a participant is served and by whom: slots, assistants, limits, bookings, outcomes."""
