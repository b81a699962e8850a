"""A whole database against its log and the chain."""
