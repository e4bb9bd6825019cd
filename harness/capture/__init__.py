"""What left the browser: requests with their bodies, data-layer pushes, navigations."""
