"""What Alembic runs around the migrations: our connection, our transaction."""

from alembic import context

connection = context.config.attributes["connection"]
# Alembic takes SQLite for a database that cannot roll back a table; begun by hand, it can.
context.configure(connection=connection, transactional_ddl=True, target_metadata=None)
with context.begin_transaction():
    context.run_migrations()
