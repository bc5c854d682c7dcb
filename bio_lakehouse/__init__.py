"""Bio Lakehouse: a person's Oura and Peloton data, from exports to a weekly report."""

__version__ = "0.1.0"
