"""Worked cases: questions with known answers, run against the law."""
