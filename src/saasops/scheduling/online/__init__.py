"""One request at a time: whether a place exists if others move a little, and why not."""
