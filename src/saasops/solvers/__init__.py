"""Plans by other engines, where they are installed: on the same arcs, or as an integer model."""
