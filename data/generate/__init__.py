"""Makes the tables from the packages of `requirements-data.txt`: `make data`."""
