"""gridwitness: starts and operates everything."""
