"""Simulated cities: `gridwitness simulate`."""
