"""What rests on names of an SDK that it does not promise to keep: one module for each SDK, with the versions that were tried."""
