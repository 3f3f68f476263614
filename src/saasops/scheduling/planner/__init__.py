"""Who is served when and by whom: one exact flow over requests, assistants and their limits."""
