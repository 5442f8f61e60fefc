"""The demo retailer, "Halle & Compagnie": made-up products, stores and shoppers, generated the same way every time."""
