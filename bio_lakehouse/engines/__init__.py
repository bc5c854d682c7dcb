"""Who computes: Spark sessions for the transforms, SQL engines for the views."""
