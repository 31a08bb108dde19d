"""AWS's public price list: bulk files by service and region, which need the network and no account (`make prices`)."""
