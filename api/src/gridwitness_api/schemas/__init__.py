"""What goes in and out as JSON, each with an example."""
