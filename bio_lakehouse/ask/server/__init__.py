"""The MCP server, by which a person's own assistant asks."""
