"""From the API to facts: probes, and the collector that runs them."""
