"""The quick-glance page: look at what the queries brought in, and prune it."""
