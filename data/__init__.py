"""What AWS allows, as tables: made from packages that keep it (`make data`), each with its source, version and date."""
