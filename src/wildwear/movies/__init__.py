"""Movies: decoding, shots, people, tracks, and clips of one second."""
