"""Tables <-> the database. The only room that knows SQL."""
