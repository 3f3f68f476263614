"""A campaign as a whole: its definition, who takes part, how risky, and what came of it."""
