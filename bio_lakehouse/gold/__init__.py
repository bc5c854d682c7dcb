"""Gold: the daily table (PySpark) and eight views over it (SQL)."""
