"""Valid experiments, changed by what they mean, and what every command makes of them."""
