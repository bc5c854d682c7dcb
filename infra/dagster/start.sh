#!/bin/sh
# The database's password comes from Secrets Manager by itself: here the URL is made of it.
set -eu
: "${DATABASE_HOST:?names the host of PostgreSQL}"
: "${DATABASE_PASSWORD:?is the password of the user dagster}"
export BIO_DAGSTER_POSTGRES_URL="postgresql://dagster:${DATABASE_PASSWORD}@${DATABASE_HOST}:5432/dagster?sslmode=require"
unset DATABASE_PASSWORD
# Another command may be named, such as `forget`: it finds the same home and database.
if [ "$#" -eq 0 ]; then set -- ui --port 3000; fi
exec bio-lakehouse "$@"
