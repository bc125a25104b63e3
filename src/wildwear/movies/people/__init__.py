"""People in frames: detectors behind one protocol, whether a network looks or a file says where they are."""
