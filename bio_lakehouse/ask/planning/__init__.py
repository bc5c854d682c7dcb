"""A question to a plan without a language model: its words, parts and days, an intent, its SQL."""
