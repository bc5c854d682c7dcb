"""What reads tables, transforms them and writes a table: one read and one commit for a range of
days."""
