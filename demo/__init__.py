"""The demonstration: real programmes with synthetic people, made only through the product's own imports and services."""
