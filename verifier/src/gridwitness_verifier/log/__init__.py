"""A served log against its key, its entries and the chain."""
