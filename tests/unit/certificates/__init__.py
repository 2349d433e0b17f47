"""Tests of codes, payloads and the drawn sheet."""
