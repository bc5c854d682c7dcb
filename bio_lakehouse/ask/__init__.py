"""A question in plain words to an answer with its SQL: semantic model, planner, findings,
translator, evaluation, MCP server."""
