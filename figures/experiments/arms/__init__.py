"""What is done to a network between two tasks, or while it trains: one small file for each kind."""
