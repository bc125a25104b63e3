"""Tables of experiments: what is planned, trained, measured, set side by side and shown."""
