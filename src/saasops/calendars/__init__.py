"""Calendars: which days are worked, and how days and instants are said to people."""
