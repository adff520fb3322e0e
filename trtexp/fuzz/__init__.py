"""Networks by the million that nobody wrote, asked of trtexp's models and of TensorRT itself; where the two differ, the
smallest network that shows it is kept."""
