"""The demonstration: real programmes, synthetic people; made only through the product's own imports and services."""
