"""Files on the disk: written whole or not at all, named by their content, known by their first bytes."""
