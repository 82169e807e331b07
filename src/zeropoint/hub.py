"""Composition root of a hub: builds its parts and runs them."""
