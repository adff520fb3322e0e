"""What each command does; one file a command that is more than a line."""
