"""The officer's device: keys, drafts, files and the platform's door; what `submit` and `case` share."""
