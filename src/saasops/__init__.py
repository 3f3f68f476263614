"""Run upgrade campaigns and the customer lifecycle of a SaaS."""
