"""What was made, checked: notebooks, findings, rendered files read back."""
