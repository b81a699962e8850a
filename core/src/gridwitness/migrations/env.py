"""Alembic's environment: runs on the connection and in the transaction that `gridwitness.migration` gives."""

from alembic import context
from gridwitness.database import load_models
from sqlalchemy import Connection, create_engine, pool

metadata = load_models()


def run(connection: Connection) -> None:
    """Run the migrations; every schema of ours is compared, as each feature has its own."""
    context.configure(connection=connection, target_metadata=metadata, include_schemas=True)
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    # `alembic revision --autogenerate -x url=…`, for who writes the next migration.
    url = context.get_x_argument(as_dictionary=True)["url"]
    with create_engine(url, poolclass=pool.NullPool).connect() as own:
        run(own)
