"""What is told to whom, when, and in which words; and why something was not sent."""
