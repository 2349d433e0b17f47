"""Certificates: proposing, issuing, drawing, registering and verifying them."""
