"""Gold: the daily table (PySpark) and nine views over it and silver (SQL)."""
