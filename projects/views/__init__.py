"""Pages of projects and defences."""
