"""The campaign's topic: posts, replies, and check-ins with their evidence."""
