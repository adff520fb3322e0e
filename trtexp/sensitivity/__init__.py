"""How wrong a number may be unseen: one element of each output of every case made wrong, and judged, without a GPU."""
