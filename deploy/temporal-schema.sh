#!/bin/sh
# Creates Temporal's two databases, or updates their tables to this version. Running it again changes
# nothing. temporal-sql-tool reads server, user and password from SQL_*.
set -eu

for database in temporal temporal_visibility; do
  schema="/etc/temporal/schema/postgresql/v12/${database#temporal_}/versioned"
  temporal-sql-tool --db "$database" create
  temporal-sql-tool --db "$database" setup-schema --version 0.0
  temporal-sql-tool --db "$database" update-schema --schema-dir "$schema"
done
