"""Tests that need neither database nor browser."""
