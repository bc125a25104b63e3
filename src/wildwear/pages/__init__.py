"""What the pages that a verb serves on this machine share: who may ask, the server, group commit, scripts."""
