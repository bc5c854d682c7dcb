"""A question to a plan by a language model: which one, with whose leave, checked and repaired."""
