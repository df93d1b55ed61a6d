"""What customers are worth: observed, predicted where a gate allows it, and what a new one may cost."""
