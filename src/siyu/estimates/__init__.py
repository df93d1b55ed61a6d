"""What is estimated from counts of people: shares and means with their intervals, survival."""
