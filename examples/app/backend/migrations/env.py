"""Where Alembic finds the database: `alembic upgrade head` needs DATABASE_URL and nothing else."""

import os

from alembic import context
from app.database import Base, engine

with engine(os.environ["DATABASE_URL"]).connect() as connection:
    context.configure(connection=connection, target_metadata=Base.metadata, transaction_per_migration=True)
    with context.begin_transaction():
        context.run_migrations()
