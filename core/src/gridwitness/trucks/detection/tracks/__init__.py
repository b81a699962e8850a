"""Rules on positions and e-manifests: what terminals and manifests tell of a truck."""
