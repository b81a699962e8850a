"""The platform's features, database and settings."""
