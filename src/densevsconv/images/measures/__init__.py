"""What can be said of a data set's images before any network sees them."""
