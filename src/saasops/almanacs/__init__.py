"""Days off as other packages know them, turned into decrees; each package is an extra."""
