"""A host's env.py, short of what concerns files and logging; the tests bring the connection."""

from alembic import context

config = context.config
context.configure(
    connection=config.attributes["connection"],
    target_metadata=config.attributes["metadata"],
    **config.attributes.get("options", {}),
)
with context.begin_transaction():
    context.run_migrations()
