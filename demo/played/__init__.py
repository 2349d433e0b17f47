"""The cohorts of the demonstration, each played through the product's own services on its own days."""
