"""How well questions are understood: questions, the SQL that is right, and what was answered."""
