"""What a retailer and a platform signed, as data, and what follows from it."""
