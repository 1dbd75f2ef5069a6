"""What the shipped priors learn from, and how their settings were chosen."""
