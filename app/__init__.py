"""The platform: what every feature stands on, and nothing that belongs to one of them."""
