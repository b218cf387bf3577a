"""The history of the service's tables: one revision a change, each applied once."""
