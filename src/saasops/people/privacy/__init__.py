"""What may be kept of a person, for what and how long, and what goes when he is to be forgotten.

Functions over values; finding what is kept, and taking it away, is left to the shell.
"""
