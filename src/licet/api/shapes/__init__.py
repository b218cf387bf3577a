"""Shapes: what our own API takes and gives, as models from which its OpenAPI document is made."""
