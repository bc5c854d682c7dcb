"""The semantic model: the file, what the registers add to it, and how it is shown."""
