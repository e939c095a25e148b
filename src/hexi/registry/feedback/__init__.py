"""Feedback: what users say back about data, and what they wait for."""
