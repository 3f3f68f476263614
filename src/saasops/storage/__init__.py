"""Where rows are kept: in memory, in SQLite, and what every SQL database shares.

`memory` and `sqlite` are the stores; `columns`, `ddl`, `statements` and `sql` are what they, and a
store in a plugin, are made of. Nothing is imported here, so that naming one store loads one.
"""
