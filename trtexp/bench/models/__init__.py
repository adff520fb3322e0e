"""`python -m trtexp.bench.models FOLDER`: real models, judged layer by layer, and faults planted in them."""
