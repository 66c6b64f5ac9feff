"""Values out of items, in whichever spelling they come."""
