"""Speed, each measurement side by side with its peer in the same run, as a ratio."""
